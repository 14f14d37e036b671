// SPDX-License-Identifier: Apache-2.0
#include "source/engine.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "base/fd.h"
#include "base/json.h"
#include "base/text.h"
#include "net/http.h"
#include "net/url.h"
#include "source/registry_error.h"

namespace doorman::source {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonValue;
using base::Result;
using base::Status;

constexpr std::size_t max_inspect_bytes = 16U << 20U;
constexpr std::size_t max_name_bytes = 1024;
/// An engine writes the whole archive to its disk before it sends the first byte.
constexpr std::chrono::minutes export_timeout{15};
constexpr std::chrono::seconds inspect_timeout{30};

struct Endpoint {
  std::string socket;
  std::string origin = "http://localhost";
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<std::string> usual_sockets(Engine engine) {
  const std::string runtime = variable("XDG_RUNTIME_DIR");
  const std::string by_user = "/run/user/" + std::to_string(getuid());
  switch (engine) {
    case Engine::docker:
      return {"/var/run/docker.sock", (runtime.empty() ? by_user : runtime) + "/docker.sock"};
    case Engine::podman:
      return {(runtime.empty() ? by_user : runtime) + "/podman/podman.sock", "/run/podman/podman.sock"};
  }
  return {};
}

std::string_view how_to_start(Engine engine) {
  switch (engine) {
    case Engine::docker:
      return "is the docker daemon running?";
    case Engine::podman:
      return "start it with `systemctl start podman.socket` (with --user for a user's own), or read the images in "
             "place with containers-storage:";
  }
  return {};
}

Status check_socket(Engine engine, const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) {
    const Error error = base::system_error(path);
    return Error(error.code(), fmt::format("{}; {}", error.message(), how_to_start(engine)));
  }
  if (!S_ISSOCK(status.st_mode)) return Error(ErrorCode::usage, path + ": not a socket");
  if (access(path.c_str(), R_OK | W_OK) != 0) {
    return Error(ErrorCode::denied, fmt::format("{}: this user may not talk to {}", path, to_text(engine)));
  }
  return {};
}

Result<Endpoint> find_endpoint(Engine engine) {
  const char* name = engine == Engine::docker ? "DOCKER_HOST" : "CONTAINER_HOST";
  const std::string host = variable(name);
  if (host.starts_with("unix://")) return Endpoint{host.substr(7)};
  if (host.starts_with("tcp://")) {
    auto url = net::parse_url("http://" + host.substr(6));
    if (url.ok() && net::is_loopback(url->host)) {
      return Endpoint{"", fmt::format("http://{}:{}", url->host, url->port)};
    }
  }
  if (!host.empty()) {
    return Error(ErrorCode::usage, fmt::format("{}={}: only unix:// and tcp:// of this machine are understood",
                                               name, base::printable(host)));
  }
  const auto paths = usual_sockets(engine);
  const auto there =
      std::ranges::find_if(paths, [](const std::string& path) { return access(path.c_str(), F_OK) == 0; });
  return Endpoint{there == paths.end() ? paths.back() : *there};
}

/// The export's body; the response keeps the connection open.
class ExportStream final : public base::ByteStream {
 public:
  explicit ExportStream(net::HttpResponse response) : response_(std::move(response)) {}
  Result<std::size_t> read(std::span<char> into) override { return response_.body().read(into); }

 private:
  net::HttpResponse response_;
};

class EngineClient {
 public:
  static Result<EngineClient> connect(Engine engine) {
    DOORMAN_TRY(Endpoint endpoint, find_endpoint(engine));
    if (!endpoint.socket.empty()) DOORMAN_CHECK(check_socket(engine, endpoint.socket));
    return EngineClient(engine, std::move(endpoint));
  }

  /// Where the engine's own API begins: podman wants a version in each path and tells its own.
  Result<std::string> api_root() const {
    if (engine_ == Engine::docker) return std::string();
    DOORMAN_TRY(const auto pong, get("/_ping", inspect_timeout));
    const std::string_view version = pong.header("libpod-api-version").value_or("");
    const bool plain =
        !version.empty() && version.size() < 32 && version.find_first_not_of("0123456789.") == version.npos;
    if (!plain) return Error(ErrorCode::unsupported, "it does not speak podman's API");
    return fmt::format("/v{}/libpod", version);
  }

  Result<net::HttpResponse> get(const std::string& path, std::chrono::milliseconds timeout) const {
    net::HttpOptions options;
    options.unix_socket = endpoint_.socket;
    options.max_redirects = 0;
    options.head_timeout = timeout;
    options.stall_timeout = std::max<std::chrono::milliseconds>(timeout / 4, inspect_timeout);
    DOORMAN_TRY(const auto client, net::HttpClient::make(std::move(options)));
    auto response = client.send({.url = endpoint_.origin + path});
    if (response.ok()) return response;
    const std::string& where = endpoint_.socket.empty() ? endpoint_.origin : endpoint_.socket;
    return Error(response.error().code(),
                 fmt::format("{}: {}; {}", where, response.error().message(), how_to_start(engine_)));
  }

 private:
  EngineClient(Engine engine, Endpoint endpoint) : engine_(engine), endpoint_(std::move(endpoint)) {}

  Engine engine_;
  Endpoint endpoint_;
};

/// A name goes into a path as it is, so it may hold nothing that ends or leaves the path.
Result<std::string> checked_name(std::string_view name) {
  const bool plain = !name.empty() && name.size() <= max_name_bytes && std::ranges::all_of(name, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || std::string_view("._-/:@[]").find(c) != std::string_view::npos;
  });
  const auto parts = base::split(name, '/');
  if (!plain || std::ranges::any_of(
                    parts, [](std::string_view part) { return part.empty() || part == "." || part == ".."; })) {
    return Error(ErrorCode::usage, "not the name of an image: " + base::printable(name.substr(0, 200)));
  }
  std::string escaped;
  for (const char c : name) escaped += c == '[' || c == ']' ? net::percent_encode({&c, 1}) : std::string(1, c);
  return escaped;
}

Result<net::HttpResponse> accepted(net::HttpResponse response) {
  if (response.status() == 200) return response;
  const auto body = response.read_all(max_inspect_bytes);
  const std::string said = body.ok() ? describe_error_body(*body) : "";
  return Error(response.status() == 404 ? ErrorCode::not_found : ErrorCode::network,
               said.empty() ? fmt::format("status {}", response.status()) : said);
}

Result<EngineExport> inspect(std::string_view json) {
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(json));
  const JsonValue root = document.root();
  EngineExport image;
  image.id = std::string(root["Id"].string_or(""));
  const std::string full = image.id.starts_with("sha256:") ? image.id : "sha256:" + image.id;
  auto digest = base::Digest::parse(full);
  if (!digest.ok()) return Error(ErrorCode::invalid, "the engine's answer holds no image id");
  image.digest = *digest;
  for (const char* member : {"RepoTags", "RepoDigests"}) {
    for (const JsonValue name : root[member].items()) image.names.emplace_back(name.string_or(""));
  }
  return image;
}

Result<EngineExport> export_image(Engine engine, std::string_view name) {
  DOORMAN_TRY(const std::string escaped, checked_name(name));
  DOORMAN_TRY(const EngineClient client, EngineClient::connect(engine));
  DOORMAN_TRY(const std::string root, client.api_root());
  DOORMAN_TRY(auto about, client.get(root + "/images/" + escaped + "/json", inspect_timeout).and_then(accepted));
  DOORMAN_TRY(const std::string json, about.read_all(max_inspect_bytes));
  DOORMAN_TRY(EngineExport image, inspect(json));
  const char* format = engine == Engine::podman ? "?format=docker-archive" : "";
  DOORMAN_TRY(auto archive,
              client.get(root + "/images/" + image.id + "/get" + format, export_timeout).and_then(accepted));
  image.archive = std::make_unique<ExportStream>(std::move(archive));
  return image;
}

}  // namespace

std::string_view to_text(Engine engine) {
  switch (engine) {
    case Engine::docker:
      return "docker";
    case Engine::podman:
      return "podman";
  }
  return {};
}

Result<EngineExport> export_from_engine(Engine engine, std::string_view name) {
  return export_image(engine, name).in(to_text(engine));
}

}  // namespace doorman::source

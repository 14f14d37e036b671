// SPDX-License-Identifier: Apache-2.0
#include "source/registry_client.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "net/url.h"
#include "source/registry_blob.h"
#include "source/registry_error.h"

namespace doorman::source {
namespace {

using base::Digest;
using base::Error;
using base::ErrorCode;
using base::Result;
using parse::image::Reference;

constexpr std::size_t max_error_body_bytes = 64U << 10U;

constexpr std::string_view manifest_types =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json";

std::string host_to_ask(const Reference& reference) {
  return reference.registry == "docker.io" ? "registry-1.docker.io" : reference.registry;
}

/// The folder of private authorities that docker and podman keep for a registry, or nothing
/// (containers-certs.d(5)).
std::string certs_folder(const std::string& registry) {
  std::vector<std::string> parents = {"/etc/containers/certs.d/", "/etc/docker/certs.d/"};
  if (const char* home = std::getenv("HOME")) {
    parents.insert(parents.begin(), std::string(home) + "/.config/containers/certs.d/");
  }
  for (const std::string& parent : parents) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(parent + registry, failed)) {
      if (entry.path().extension() == ".crt") return parent + registry;
    }
  }
  return {};
}

Result<net::Url> settle_origin(const net::HttpClient& http, const std::string& host, bool may_use_http) {
  DOORMAN_TRY(net::Url https, net::parse_url("https://" + host + "/"));
  if (!may_use_http && !net::is_loopback(https.host)) return https;
  DOORMAN_TRY(net::Url plain, net::parse_url("http://" + host + "/"));
  const auto first = http.send({.url = https.text + "v2/"});
  if (first.ok()) return https;
  const ErrorCode code = first.error().code();
  const bool no_tls = code == ErrorCode::unsupported || code == ErrorCode::network;
  return no_tls && http.send({.url = plain.text + "v2/"}).ok() ? plain : https;
}

Error mismatch(std::string_view what, const Digest& wanted, const Digest& got) {
  return {ErrorCode::mismatch, fmt::format("{} {} has the digest {}", what, wanted.text(), got.text())};
}

}  // namespace

RegistryClient::RegistryClient(net::HttpClient http, net::Url origin, const Reference& reference,
                               const RegistryOptions& options)
    : http_(std::move(http)),
      retry_(options.retry),
      origin_(std::move(origin)),
      repository_(reference.repository),
      auth_(http_, retry_, repository_, [reference, files = options.login_files] {
        return find_credentials(files.empty() ? login_files() : files, reference.registry, reference.repository);
      }) {}

Result<std::unique_ptr<RegistryClient>> RegistryClient::connect(const Reference& reference,
                                                                const RegistryOptions& options) {
  net::HttpOptions http_options;
  http_options.insecure = options.insecure;
  http_options.ca_path = options.ca_path.empty() ? certs_folder(reference.registry) : options.ca_path;
  http_options.plain_http = options.allow_http ? net::PlainHttp::anywhere : net::PlainHttp::loopback_only;
  DOORMAN_TRY(auto http, net::HttpClient::make(std::move(http_options)));
  DOORMAN_TRY(net::Url origin, settle_origin(http, host_to_ask(reference), options.allow_http));
  return std::unique_ptr<RegistryClient>(
      new RegistryClient(std::move(http), std::move(origin), reference, options));
}

Error RegistryClient::refusal(net::HttpResponse& response) {
  const int status = response.status();
  const auto body = response.read_all(max_error_body_bytes);
  const std::string said = body.ok() ? describe_error_body(*body) : "";
  std::string message = fmt::format("status {}{}{}", status, said.empty() ? "" : ": ", said);
  if (status == 401 || status == 403) return {ErrorCode::denied, message + auth_.hint()};
  return {status == 404 ? ErrorCode::not_found : ErrorCode::network, std::move(message)};
}

Result<net::HttpResponse> RegistryClient::get(std::string_view path, std::string_view accept,
                                              std::uint64_t range_from) {
  net::HttpRequest request;
  request.url = fmt::format("{}v2/{}/{}", origin_.text, repository_, path);
  request.range_from = range_from;
  request.headers = {{"Accept", std::string(accept)}};
  bool renewed = false;
  for (;;) {
    const RegistryAuth::Ticket ticket = auth_.ticket();
    request.authorization = ticket.authorization;
    DOORMAN_TRY(auto response, net::send_patiently(http_, request, retry_));
    if (response.status() == 200 || response.status() == 206) return response;
    if (response.status() != 401 || renewed) return refusal(response);
    DOORMAN_TRY(const net::Url answered_by, net::parse_url(response.url()));
    // Whoever a redirect led to is not the one whose credentials we hold.
    if (!answered_by.same_origin(origin_)) return refusal(response);
    const auto answered = auth_.renew(response.headers("www-authenticate"), ticket.generation, origin_.is_https());
    if (!answered.ok()) {
      const Error& error = answered.error();
      return error.code() == ErrorCode::denied ? Error(ErrorCode::denied, error.message() + auth_.hint()) : error;
    }
    renewed = true;
  }
}

Result<RegistryClient::Document> RegistryClient::manifest(const std::string& tag) {
  return fetch_manifest(tag, std::nullopt);
}

Result<RegistryClient::Document> RegistryClient::manifest(const Digest& digest) {
  return fetch_manifest(digest.text(), digest);
}

Result<RegistryClient::Document> RegistryClient::fetch_manifest(const std::string& name,
                                                                const std::optional<Digest>& wanted) {
  net::Backoff backoff(retry_);
  for (;;) {
    DOORMAN_TRY(auto response, get("manifests/" + name, manifest_types));
    auto bytes = response.read_all(max_registry_manifest_bytes);
    if (!bytes.ok() && net::worth_another_try(bytes.error()) && backoff.wait(bytes.error().message())) continue;
    if (!bytes.ok()) return bytes.error().in("manifest " + name);

    std::optional<Digest> expected = wanted;
    if (!expected) {
      if (auto told = Digest::parse(response.header("docker-content-digest").value_or("")); told.ok()) {
        expected = *told;
      }
    }
    Digest computed = base::digest_of(*bytes, expected ? expected->algorithm() : base::DigestAlgorithm::sha256);
    if (expected && computed != *expected) return mismatch("manifest", *expected, computed);
    return Document{*std::move(bytes), computed};
  }
}

Result<std::string> RegistryClient::small_blob(const parse::image::Descriptor& descriptor, std::size_t max_bytes) {
  const Digest& digest = descriptor.digest;
  if (descriptor.size > max_bytes) {
    return Error(ErrorCode::limit, fmt::format("{} is over the limit of {} bytes", digest.text(), max_bytes));
  }
  DOORMAN_TRY(auto stream, open_blob(digest, descriptor.size));
  std::string bytes(static_cast<std::size_t>(descriptor.size) + 1, '\0');  // one more, to see what is too long
  std::size_t filled = 0;
  for (;;) {
    DOORMAN_TRY(const std::size_t count, stream->read(std::span(bytes).subspan(filled)));
    if (count == 0) break;
    filled += count;
  }
  bytes.resize(filled);
  const Digest computed = base::digest_of(bytes, digest.algorithm());
  if (computed != digest) return mismatch("blob", digest, computed);
  return bytes;
}

Result<std::unique_ptr<base::ByteStream>> RegistryClient::open_blob(const Digest& digest, std::uint64_t size) {
  auto stream = std::make_unique<RegistryBlob>(*this, digest, size);
  DOORMAN_CHECK(stream->open());
  return std::unique_ptr<base::ByteStream>(std::move(stream));
}

}  // namespace doorman::source

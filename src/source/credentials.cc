// SPDX-License-Identifier: Apache-2.0
#include "source/credentials.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/base64.h"
#include "base/fd.h"
#include "base/json.h"

namespace doorman::source {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonValue;
using base::Result;

constexpr std::string_view docker_hub = "docker.io";
constexpr std::string_view docker_hub_key = "https://index.docker.io/v1/";

std::string_view canonical_host(std::string_view host) {
  return host == "index.docker.io" || host == "registry-1.docker.io" ? docker_hub : host;
}

/// The name that a key of `auths` stands for: `host` or `host/name…`.
std::string canonical_key(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!key.starts_with(scheme)) continue;
    key.remove_prefix(scheme.size());
    return std::string(canonical_host(key.substr(0, key.find('/'))));
  }
  const std::string_view host = key.substr(0, key.find('/'));
  return std::string(canonical_host(host)).append(key.substr(host.size()));
}

std::optional<Credentials> stored_credentials(JsonValue entry) {
  Credentials found;
  found.identity_token = std::string(entry["identitytoken"].string_or(""));
  found.username = std::string(entry["username"].string_or(""));
  found.password = std::string(entry["password"].string_or(""));
  if (const auto joined = base::base64_decode(entry["auth"].string_or("")); joined && !joined->empty()) {
    const std::size_t colon = joined->find(':');
    if (colon == joined->npos) return std::nullopt;
    found.username = joined->substr(0, colon);
    found.password = joined->substr(colon + 1);
    found.password.erase(std::find(found.password.begin(), found.password.end(), '\0'), found.password.end());
  }
  if (found.username.empty() && found.identity_token.empty()) return std::nullopt;
  return found;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Result<Login> parse_login(base::Bytes file, std::string_view registry, std::string_view repository) {
  DOORMAN_TRY(const base::JsonDocument document, base::JsonDocument::parse(file));
  const JsonValue root = document.root();
  if (!root.is_object()) return Error(ErrorCode::invalid, "not a JSON object");

  Login login;
  const std::string host(canonical_host(registry));
  login.helper_key = host == docker_hub ? docker_hub_key : registry;
  login.helper = std::string(root["credsStore"].string_or(""));
  for (const auto& [key, helper] : root["credHelpers"].members()) {
    if (canonical_key(key) != host) continue;
    login.helper = std::string(helper.string_or(""));
    login.helper_key = host == docker_hub ? key : registry;
  }

  const std::string name = host + "/" + std::string(repository);
  std::size_t longest = 0;
  for (const auto& [key, entry] : root["auths"].members()) {
    const std::string known = canonical_key(key);
    const bool covers = name.starts_with(known) && name.size() > known.size() && name[known.size()] == '/';
    if ((!covers && name != known) || known.size() <= longest) continue;
    auto credentials = stored_credentials(entry);
    if (!credentials) continue;
    longest = known.size();
    login.stored = std::move(credentials);
  }
  return login;
}

std::vector<std::string> login_files() {
  if (const std::string named = variable("REGISTRY_AUTH_FILE"); !named.empty()) return {named};
  const std::string home = variable("HOME");
  const std::string runtime = variable("XDG_RUNTIME_DIR");
  const std::string config = variable("XDG_CONFIG_HOME");
  const std::string docker = variable("DOCKER_CONFIG");
  const std::string by_user = "/run/containers/" + std::to_string(getuid());
  std::vector<std::string> files;
  files.push_back((runtime.empty() ? by_user : runtime + "/containers") + "/auth.json");
  if (!config.empty() || !home.empty()) {
    files.push_back((config.empty() ? home + "/.config" : config) + "/containers/auth.json");
  }
  if (!docker.empty() || !home.empty()) {
    files.push_back((docker.empty() ? home + "/.docker" : docker) + "/config.json");
  }
  return files;
}

FoundCredentials find_credentials(const std::vector<std::string>& files, std::string_view registry,
                                  std::string_view repository) {
  FoundCredentials found;
  for (const std::string& path : files) {
    const auto text = base::read_file(path, max_login_file_bytes);
    if (!text.ok()) {
      if (text.error().code() != ErrorCode::not_found) found.problems.push_back(text.error().message());
      continue;
    }
    auto login = parse_login(*text, registry, repository);
    if (!login.ok()) {
      found.problems.push_back(path + ": " + login.error().message());
      continue;
    }
    if (!login->helper.empty()) {
      auto answer = ask_credential_helper(login->helper, login->helper_key);
      if (!answer.ok()) found.problems.push_back(path + ": " + answer.error().message());
      else found.credentials = *std::move(answer);
    }
    if (!found.credentials) found.credentials = std::move(login->stored);
    if (found.credentials) break;
  }
  return found;
}

}  // namespace doorman::source

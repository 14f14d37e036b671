// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::source {

/// How to name oneself to a registry: a name and password, or an identity token in the place of both.
struct Credentials {
  std::string username, password;
  std::string identity_token;

  bool operator==(const Credentials&) const = default;
};

/// What a file of logins says about one registry. Nothing here was asked from a helper yet.
struct Login {
  std::optional<Credentials> stored;  ///< from `auths`
  std::string helper;                 ///< NAME of the docker-credential-NAME to ask first; empty for none
  std::string helper_key;             ///< what to ask it for
};

/// Reads docker's config.json or podman's auth.json (containers-auth.json(5)). `auths` is searched from the longest
/// key down: `host/team/app`, `host/team`, `host`; a key with a scheme (`https://host/v1/`) stands for its host.
/// `credHelpers` names a helper by host, `credsStore` one for every host.
base::Result<Login> parse_login(base::Bytes file, std::string_view registry, std::string_view repository);

/// The files that docker and podman look into, in podman's order: $REGISTRY_AUTH_FILE alone if it is set, else
/// $XDG_RUNTIME_DIR/containers/auth.json (/run/containers/UID/auth.json), $XDG_CONFIG_HOME/containers/auth.json,
/// $DOCKER_CONFIG/config.json (~/.docker/config.json).
std::vector<std::string> login_files();

struct FoundCredentials {
  std::optional<Credentials> credentials;
  std::vector<std::string> problems;  ///< files and helpers that failed; no secrets
};

inline constexpr std::uint64_t max_login_file_bytes = 1U << 20U;

/// The first file that has an answer decides. A file that cannot be read or a helper that fails is a problem to
/// tell when the registry then says no, not an error.
FoundCredentials find_credentials(const std::vector<std::string>& files, std::string_view registry,
                                  std::string_view repository);

/// Runs `docker-credential-NAME get` with the key on its standard input, without a shell. Nothing when it has no
/// such credentials. Killed after the time-out. Its answer is never part of an error.
base::Result<std::optional<Credentials>> ask_credential_helper(
    std::string_view name, std::string_view key, std::chrono::milliseconds timeout = std::chrono::seconds(30));

}  // namespace doorman::source

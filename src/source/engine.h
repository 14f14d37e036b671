// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "base/stream.h"

namespace doorman::source {

enum class Engine : std::uint8_t { docker, podman };
std::string_view to_text(Engine engine);

/// An image as an engine hands it out.
struct EngineExport {
  std::string id;                             ///< as the engine writes it: 64 hex digits, docker's after `sha256:`
  std::optional<base::Digest> digest;         ///< the same; the config digest, but for docker's containerd store
  std::vector<std::string> names;             ///< tags, then references by digest
  std::unique_ptr<base::ByteStream> archive;  ///< a docker-archive tar, as `docker save` writes it
};

/// Asks a running engine for a local image by name or id: Docker Engine API (`/images/NAME/json`,
/// `/images/ID/get`), Podman's libpod API (the same below `/vVERSION/libpod`). The engine is found as its own
/// client finds it: $DOCKER_HOST, else /var/run/docker.sock, else $XDG_RUNTIME_DIR/docker.sock; $CONTAINER_HOST,
/// else podman/podman.sock in $XDG_RUNTIME_DIR, /run/user/UID or /run. The two variables take `unix://PATH` and
/// `tcp://HOST:PORT` of this machine.
base::Result<EngineExport> export_from_engine(Engine engine, std::string_view name);

}  // namespace doorman::source

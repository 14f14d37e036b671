// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/time.h"

namespace doorman::model {

/// `os/architecture[/variant]`, as in `linux/arm64/v8`.
struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;

  bool operator==(const Platform&) const = default;
};

/// What names an image. The config digest is the identity; the others lead to it.
struct ImageIdentity {
  base::Digest config;
  std::optional<base::Digest> manifest;
  std::optional<base::Digest> index;
  std::vector<std::string> names;  ///< tags and references under which the source knows it
};

/// One line of an image's history: a build step, and whether it made a layer.
struct BuildStep {
  std::string created_by;
  std::string comment;
  std::optional<base::Time> created;
  bool empty_layer = false;
};

/// The settings an image is started with. Source: OCI image-spec v1.1, config.md.
struct ImageConfig {
  Platform platform;
  std::optional<base::Time> created;
  std::string author;
  std::string user;
  std::vector<std::string> env;  ///< `NAME=value`, as written
  std::vector<std::string> exposed_ports;
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::string> volumes;
  std::string working_dir;
  std::string stop_signal;
  bool health_check =
      false;  ///< whether one is declared; `NONE` is none. Docker's own, not in the OCI specification
  std::vector<std::pair<std::string, std::string>> labels;  ///< sorted by name
  std::vector<base::Digest> diff_ids;                       ///< of the plain layers, bottom first
  std::vector<BuildStep> history;

  /// The build step that made layer `index` (counted over diff_ids), or nullptr where history does not say.
  [[nodiscard]] const BuildStep* step_of_layer(std::size_t index) const;
  /// Whether `user` is root: `0:0`, `root`, `root:app`, and nothing at all.
  [[nodiscard]] bool starts_as_root() const;
};

/// Where one layer's bytes are, as the manifest says it; nothing here is verified yet.
struct LayerRef {
  std::optional<base::Digest> blob;     ///< of the bytes as they are stored; a docker archive does not say it
  std::optional<base::Digest> diff_id;  ///< of the plain tar
  std::string media_type;
  std::uint64_t size = 0;  ///< stored bytes; 0 where the source does not say
};

}  // namespace doorman::model

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parse/container/docker.h"
#include "source/container/cached_file.h"
#include "source/container/finder.h"

namespace doorman::source::container {

/// What a docker daemon knows, in its data root: containers/ID/config.v2.json and hostconfig.json, which it writes
/// when it makes the container, and image/DRIVER/repositories.json.
class DockerRoot {
 public:
  explicit DockerRoot(std::string root);

  [[nodiscard]] const std::string& root() const { return root_; }

  /// Adds what docker says of a container; false: it knows no such one.
  base::Result<bool> describe(std::string_view id, Finding& finding);

 private:
  using Names = std::vector<parse::container::DockerImageName>;
  void add_image(model::Container& container);

  std::string root_;
  std::vector<CachedFile<Names>> repositories_;
};

}  // namespace doorman::source::container

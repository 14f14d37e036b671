// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/vulnerability.h"

namespace doorman::model {

/// What a scan of an image leaves for the other doors, which meet the image again by its digest.
struct ImageFacts {
  std::optional<Severity> worst;                 ///< of the flaws that an update repairs; nothing: there are none
  bool known_exploited = false;                  ///< one of them is
  bool runs_as_root = false;                     ///< unless who starts it says otherwise
  std::optional<std::uint64_t> secrets = {};     ///< that it holds; nothing: nobody looked
  std::string base_name = {}, base_digest = {};  ///< of the image that it was built on, as its labels say
  std::optional<base::Time> created = {};

  /// A program, and which package brought it.
  struct Program {
    std::string path;           ///< from the root, without a slash before it
    std::uint32_t package = 0;  ///< index into packages
    bool operator==(const Program&) const = default;
  };
  std::vector<std::string> packages;  ///< as purl
  std::vector<Program> programs;      ///< sorted by path

  /// The purl of the package that brought the program with that path; empty for any other file.
  [[nodiscard]] std::string_view package_of(std::string_view path) const {
    if (path.starts_with('/')) path.remove_prefix(1);
    const auto found = std::ranges::lower_bound(programs, path, {}, &Program::path);
    return found == programs.end() || found->path != path ? std::string_view() : packages[found->package];
  }

  bool operator==(const ImageFacts&) const = default;
};

}  // namespace doorman::model

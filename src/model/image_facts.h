// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/package_files.h"
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

  /// Which package brought which file; nullptr: it is not known, or was not asked for.
  std::shared_ptr<const PackageFilesView> files = {};

  /// A program, and which package brought it: what scans left before there was `files`.
  struct Program {
    std::string path;           ///< from the root, without a slash before it
    std::uint32_t package = 0;  ///< index into packages
    bool operator==(const Program&) const = default;
  };
  std::vector<std::string> packages = {};  ///< as purl
  std::vector<Program> programs = {};      ///< sorted by path

  /// The purl of the package that brought the file with that path; empty where none did.
  [[nodiscard]] std::string_view package_of(std::string_view path) const {
    const std::string_view found = files == nullptr ? std::string_view() : files->package_of(path);
    return found.empty() ? package_of_program(path) : found;
  }
  /// The same; empty also for what several packages list, as they do folders.
  [[nodiscard]] std::string_view only_package_of(std::string_view path) const {
    const std::string_view found = files == nullptr ? std::string_view() : files->only_package_of(path);
    return found.empty() ? package_of_program(path) : found;
  }

  bool operator==(const ImageFacts&) const = default;

 private:
  [[nodiscard]] std::string_view package_of_program(std::string_view path) const {
    if (path.starts_with('/')) path.remove_prefix(1);
    const auto found = std::ranges::lower_bound(programs, path, {}, &Program::path);
    return found == programs.end() || found->path != path ? std::string_view() : packages[found->package];
  }
};

}  // namespace doorman::model

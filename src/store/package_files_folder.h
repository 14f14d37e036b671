// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/digest.h"
#include "base/result.h"
#include "model/package_files.h"

namespace doorman::store {

/// Which package brought which file of an image, one file an image beside its facts (ImageFactsFolder):
///
///     images/sha256/<hex of the digest of the image's configuration>.files
///
/// Files appear whole or not at all, and are never changed: who maps one goes on with it when another takes its
/// place.
class PackageFilesFolder {
 public:
  static constexpr std::size_t max_file_bytes = 128U << 20U;

  explicit PackageFilesFolder(const std::string& state_folder) : folder_(state_folder + "/images") {}

  /// Whether the image has a file with that key, to its end. The rest of it is not read.
  [[nodiscard]] bool holds(const base::Digest& image, std::uint64_t key) const;
  [[nodiscard]] base::Status put(const base::Digest& image, const model::PackageFiles& files) const;
  /// Mapped, not read; nullptr where there is none. An error for a file that is damaged or of another version.
  [[nodiscard]] base::Result<std::shared_ptr<const model::PackageFilesView>> find(const base::Digest& image) const;

 private:
  [[nodiscard]] std::string file_of(const base::Digest& image) const;

  std::string folder_;
};

}  // namespace doorman::store

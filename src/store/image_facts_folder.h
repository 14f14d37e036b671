// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "model/image_facts.h"
#include "store/package_files_folder.h"

namespace doorman::store {

/// What scans left for the other doors, one file an image:
///
///     images/sha256/<hex of the digest of the image's configuration>.json
///
/// A later scan replaces what an earlier one knew. Which package brought which file stands in another file
/// (PackageFilesFolder). Earlier versions had packages and programs here, behind the first line, and are read.
class ImageFactsFolder {
 public:
  static constexpr std::size_t max_file_bytes = 64U << 20U;

  explicit ImageFactsFolder(const std::string& state_folder) : folder_(state_folder + "/images") {}

  /// Writes nothing where the same is there already.
  [[nodiscard]] base::Status put(const base::Digest& image, const model::ImageFacts& facts) const;
  /// `not_found` when nobody scanned it.
  [[nodiscard]] base::Result<model::ImageFacts> get(const base::Digest& image) const;
  /// nullptr when nobody scanned it.
  [[nodiscard]] base::Result<std::shared_ptr<const model::ImageFacts>> find(const base::Digest& image) const;
  /// The same without packages and programs, which were most of the file: a container waits for who asks this. What
  /// stands behind the first line is not looked at.
  [[nodiscard]] base::Result<std::shared_ptr<const model::ImageFacts>> find_brief(const base::Digest& image) const;
  /// Another number when a file has come or was replaced; 0 where nobody scanned yet.
  [[nodiscard]] std::uint64_t version() const;

 private:
  [[nodiscard]] std::string file_of(const base::Digest& image) const;
  [[nodiscard]] base::Result<model::ImageFacts> get_brief(const base::Digest& image) const;

  std::string folder_;
};

/// The same, kept in memory for who asks again and again, with the packages' files, mapped.
class KnownImages {
 public:
  explicit KnownImages(const std::string& state_folder)
      : folder_(state_folder), files_(state_folder), version_(folder_.version()) {}

  /// nullptr for an image that nobody scanned, and for what is no digest. A file that is broken is told once, in
  /// the log of this process, and what it says is not known.
  std::shared_ptr<const model::ImageFacts> find(std::string_view image_id);

  /// Whether a scan has left something since this was asked last, or since the start. Then all is read anew.
  bool look_again();

 private:
  static constexpr std::size_t most = 1024;

  [[nodiscard]] std::shared_ptr<const model::ImageFacts> read(const base::Digest& image) const;

  ImageFactsFolder folder_;
  PackageFilesFolder files_;
  std::uint64_t version_;
  std::map<std::string, std::shared_ptr<const model::ImageFacts>, std::less<>> known_;
};

}  // namespace doorman::store

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/path.h"
#include "base/result.h"

namespace doorman::model {

/// Which operating-system package of an image brought which file.
struct PackageFiles {
  struct File {
    base::PathId path = 0;      ///< path_id(merged_usr(path))
    std::uint32_t package = 0;  ///< index into packages; below 2^31
    bool shared = false;        ///< another package lists it too, as several do with folders

    bool operator==(const File&) const = default;
  };
  std::uint64_t key = 0;              ///< the same for what was made of the same packages and lists
  std::vector<std::string> packages;  ///< as purl
  std::vector<File> files;            ///< sorted by path, each once
};

/// Raise it whenever encode() writes other bytes for the same files.
inline constexpr std::uint32_t package_files_version = 1;

/// The binary form, in which paths are found without reading the rest. Numbers are little-endian, and stand where
/// they stand, without padding:
///
///     the frame of codec.h: magic `DOORMANF`, u32 version, u64 length, u64 checksum
///     u64 key, u32 count of packages, u32 count of files
///     u64 path of each file
///     u32 package of each file, and 2^31 where it is shared
///     u32 end of each package's purl in the text
///     the text: one purl after the other
std::string encode(const PackageFiles& files);

/// That form where it lies, which must outlive this and what it answers. Any bytes do no harm; whether they are
/// whole and make sense is what `check` tells.
class PackageFilesView {
 public:
  /// Reads all of it. What has no right version is `unsupported`.
  static base::Status check(base::Bytes bytes);

  explicit PackageFilesView(base::Bytes bytes);

  /// The purl of the package that brought the file with this path, be there a slash before it or not; of those that
  /// share it, one. Empty when no package did.
  [[nodiscard]] std::string_view package_of(std::string_view path) const;
  /// The same; empty also for what packages share.
  [[nodiscard]] std::string_view only_package_of(std::string_view path) const;

  /// Whether the lists are there to their end, as far as can be told without reading them.
  [[nodiscard]] bool is_whole() const;
  [[nodiscard]] std::uint64_t key() const { return key_; }
  [[nodiscard]] std::size_t files() const { return files_; }
  [[nodiscard]] std::size_t packages() const { return packages_; }

 private:
  [[nodiscard]] base::PathId path(std::size_t file) const;
  [[nodiscard]] std::uint32_t owner(std::size_t file) const;
  [[nodiscard]] std::uint32_t text_end(std::size_t package) const;
  [[nodiscard]] std::size_t find(std::string_view path) const;
  [[nodiscard]] std::string_view purl(std::size_t package) const;
  [[nodiscard]] bool is_sound() const;

  std::uint64_t key_ = 0;
  std::size_t files_ = 0, packages_ = 0;
  base::Bytes paths_, owners_, text_ends_, text_;
};

}  // namespace doorman::model

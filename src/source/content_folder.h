// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/path.h"
#include "base/result.h"
#include "base/stream.h"
#include "parse/image/tar.h"

namespace doorman::source {

/// Named pieces of content: an image layout as a folder, in a tar file, or what was kept of a tar stream. Names are
/// canonical paths. Safe to use from several threads.
class ContentFolder {
 public:
  ContentFolder() = default;
  ContentFolder(const ContentFolder&) = delete;
  ContentFolder& operator=(const ContentFolder&) = delete;
  virtual ~ContentFolder() = default;

  [[nodiscard]] virtual bool has(const std::string& name) const = 0;
  /// The whole content; a `limit` error when it is larger than `max_bytes`.
  [[nodiscard]] virtual base::Result<std::string> read(const std::string& name, std::uint64_t max_bytes) const = 0;
  [[nodiscard]] virtual base::Result<std::unique_ptr<base::ByteStream>> open(const std::string& name) const = 0;
  [[nodiscard]] virtual base::Result<std::uint64_t> size(const std::string& name) const = 0;
};

/// A folder on disk. Names that lead out of it through links are refused.
std::unique_ptr<ContentFolder> open_disk_folder(std::string path);

/// An uncompressed tar file, indexed by one walk over its headers; contents stay in the file. Links within the
/// archive are followed, as old `docker save` wrote them. At most 100,000 members.
base::Result<std::unique_ptr<ContentFolder>> open_tar_folder(base::Fd file);

/// The member that a link of an archive stands for: of a symbolic link relative to its own place, of a hard link by
/// the name in the archive.
base::Result<base::CanonPath> link_target(const parse::image::Entry& entry, std::string_view path);

/// Contents in memory, and the links between their names.
std::unique_ptr<ContentFolder> make_memory_folder(std::map<std::string, std::string> contents);

}  // namespace doorman::source

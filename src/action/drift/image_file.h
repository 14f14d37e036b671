// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "action/drift/mounts.h"
#include "base/fd.h"
#include "base/result.h"

namespace doorman::action {

/// Whether a changed file has the bytes that the image's file of the same path has: then it was only
/// re-permissioned, and is the image's.
enum class Content : std::uint8_t {
  same,
  different,
  absent,   ///< the image has no such file
  unknown,  ///< it could not be read, or is larger than max_compared
};

constexpr std::uint64_t max_compared = 1U << 30U;

/// Compares what `file` holds with the file `path` of the topmost lower folder that says anything of it, never
/// following a link. `step` is called every megabyte.
Content compare_with_image(const base::Fd& file, const OverlayFolders& folders, const std::string& path,
                           const std::function<void()>& step);

/// The same for a file that the process `process` sees: finds its mount and overlay by itself. The path may be a
/// lie; it only chooses what the content is compared with.
Content compare_with_image(const base::Fd& file, const std::string& process, const std::function<void()>& step);

/// What a process sees of its image: the mount that is its root, without the folder that the container writes to,
/// where that mount is an overlay. Asked about many files, it looks at mounts once.
class ImageRoot {
 public:
  /// Of more mounts the rest is left out: the root's stands at the front.
  static constexpr std::size_t max_mountinfo_bytes = 256U << 10U;

  /// `process` as below /proc. `not_found`: there is no such process, or its root is not among its mounts.
  static base::Result<ImageRoot> of(const std::string& process);

  /// Whether the file is the image's; open as O_PATH is enough. Nothing is read of it.
  [[nodiscard]] bool holds(const base::Fd& file) const;

 private:
  explicit ImageRoot(Mount mount) : mount_(std::move(mount)) {}

  Mount mount_;
  std::optional<base::Fd> upper_;  ///< nothing: it is no overlay, or one that cannot be written to
};

/// What /proc says of an open file: its path as whoever opened it sees it; empty if there is none.
std::string path_of(const base::Fd& file);

}  // namespace doorman::action

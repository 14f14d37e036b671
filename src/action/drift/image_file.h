// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "action/drift/mounts.h"
#include "base/fd.h"

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

/// What /proc says of an open file: its path as whoever opened it sees it; empty if there is none.
std::string path_of(const base::Fd& file);

}  // namespace doorman::action

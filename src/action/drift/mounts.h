// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace doorman::action {

/// One line of /proc/PID/mountinfo. Source: proc(5), "/proc/pid/mountinfo".
struct Mount {
  std::uint32_t id = 0;
  std::uint32_t device = 0;  ///< of the superblock: major << 20 | minor
  std::string root = {};     ///< what of the file system is mounted
  std::string point = {};    ///< where, as the process sees it
  std::string type = {};     ///< overlay, ext4, tmpfs …
  std::string options = {};  ///< of the mount: rw,noexec …
  std::string super = {};    ///< of the superblock; an overlay's folders are here

  [[nodiscard]] bool has_option(std::string_view option) const;
};

/// The folders of an overlay, as they are called on the host. The topmost lower one is first.
struct OverlayFolders {
  std::string upper;  ///< empty: nothing can be written
  std::vector<std::string> lower;
};

constexpr std::size_t max_mounts = 32768;
constexpr std::size_t max_lower_folders = 512;  // overlayfs itself takes 500

/// The lines that are well-formed; others are left out, as are those past max_mounts. Names in them come from
/// whoever may mount.
std::vector<Mount> parse_mounts(std::string_view text);
/// Nothing if the mount is no overlay. Lower folders that are named relative to a folder that we cannot know
/// (containerd and docker do that when the list gets long) are given relative to each folder above the upper one.
std::optional<OverlayFolders> parse_overlay(const Mount& mount);

base::Result<std::vector<Mount>> read_mounts(const std::string& process);  ///< "self" or a pid

/// Mount::id of what is open. Nothing: the kernel does not say (before 5.8).
std::optional<std::uint32_t> mount_id_of(const base::Fd& file);

/// The mount itself, found at `path`, as O_PATH. `not_found`: something else is there by now; mounts come and go.
base::Result<base::Fd> open_mount(const Mount& mount, const std::string& path);

const Mount* find_mount(const std::vector<Mount>& mounts, std::uint32_t id);

/// Where a file that a process sees at `path` stands within its mount's file system, without a leading slash;
/// nothing when the mount does not hold it.
std::optional<std::string> path_in_file_system(const Mount& mount, std::string_view path);

}  // namespace doorman::action

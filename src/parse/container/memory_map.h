// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace doorman::parse::container {

/// A line of /proc/PID/maps that says which file a process has mapped to run it. Source: proc(5), "/proc/pid/maps";
/// the kernel's fs/proc/task_mmu.c, show_map_vma().
struct MappedFile {
  std::string_view range;  ///< `7f53aa000000-7f53aa021000`, as the file is called in /proc/PID/map_files
  std::string_view path;   ///< absolute, from the root of the process's mount namespace; a part of the line
};

/// Longer lines are none: a path has at most 4096 bytes, each of which the kernel writes as at most four.
inline constexpr std::size_t max_map_line_bytes = 128 + std::size_t{4} * 4096;

/// Nothing for a mapping that is not readable and executable, that is of no file (`[heap]`, anonymous), and for a
/// line that is malformed. The file's name is the container's to choose, so nothing either where the kernel's
/// words and the name's cannot be told apart: one that ends with ` (deleted)`, one that holds `\012`, which may be
/// a line feed, and one with another control character. Names of a memfd or of SysV memory always end with the
/// former. `line` is without its line feed.
std::optional<MappedFile> parse_mapped_file(std::string_view line);

}  // namespace doorman::parse::container

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace doorman::model {

/// The first sighting of a file of an image in use.
struct FileUse {
  enum class How : std::uint8_t {
    executed,  ///< a process became it, or a script that names its interpreter by `#!`
    ran,       ///< a process was it already when the log began
    opened,
    mapped,  ///< a process had it mapped to run it when the guard looked
  };
  How how = How::executed;
  std::uint64_t first = 0;  ///< nanoseconds since 1970; 0: before the log
  std::string container;    ///< id of the container
};
std::string_view to_text(FileUse::How how);

/// By path from the root, without a slash before it.
using FileUses = std::map<std::string, FileUse, std::less<>>;

}  // namespace doorman::model

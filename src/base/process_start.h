// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace doorman::base {

/// When a process began, in clock ticks since boot, from what /proc/PID/stat holds (proc(5), field 22). The name of
/// the program in there may hold anything, blanks and parentheses too. Nothing: it is no such text.
std::optional<std::uint64_t> start_ticks(std::string_view stat);

/// The same of a process that is there: with its number it names the process, as a number is given again.
std::optional<std::uint64_t> process_start(std::uint32_t pid);

/// Whether these are the ticks of that moment, in nanoseconds since boot.
bool is_start(std::uint64_t ticks, std::uint64_t nanoseconds);

}  // namespace doorman::base

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace doorman::base {

/// When a process began, in ticks since boot: with its number it names the process, as a number is given again.
/// Nothing: there is no such process. Source: proc(5), field 22 of /proc/PID/stat.
std::optional<std::uint64_t> process_start(std::uint32_t pid);

}  // namespace doorman::base

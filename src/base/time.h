// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace doorman::base {

/// A moment in UTC, to the second: all that reports need.
using Time = std::chrono::sys_seconds;
using Date = std::chrono::sys_days;

/// `2024-05-01`, `2024-05-01T10:20:30Z`, with fraction and offset as in RFC 3339; nothing when it is no date.
std::optional<Time> parse_time(std::string_view text);
std::string format_time(Time time);  ///< `2024-05-01T10:20:30Z`
std::string format_date(Time time);  ///< `2024-05-01`
Time now();

}  // namespace doorman::base

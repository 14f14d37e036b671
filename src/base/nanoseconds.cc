// SPDX-License-Identifier: Apache-2.0
#include "base/nanoseconds.h"

#include <algorithm>
#include <limits>

namespace doorman::base {

std::uint64_t nanoseconds_of(const timespec& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * nanoseconds_a_second + static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return nanoseconds_of(now);
}

std::uint64_t nanoseconds_since_1970(Time time) {
  constexpr std::uint64_t latest = std::numeric_limits<std::uint64_t>::max();
  const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(time.time_since_epoch().count(), 0));
  return seconds > latest / nanoseconds_a_second ? latest : seconds * nanoseconds_a_second;
}

Time second_of(std::uint64_t since_1970) { return Time(std::chrono::seconds(since_1970 / nanoseconds_a_second)); }

}  // namespace doorman::base

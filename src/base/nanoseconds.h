// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ctime>

#include "base/time.h"

/// Moments as the kernel tells them and the event log keeps them: nanoseconds, since the machine was started or
/// since 1970, never below zero.
namespace doorman::base {

inline constexpr std::uint64_t nanoseconds_a_second = 1'000'000'000;

/// What a clock of the kernel shows: CLOCK_BOOTTIME since the start, CLOCK_REALTIME since 1970.
std::uint64_t read_clock(clockid_t clock);
std::uint64_t nanoseconds_of(const timespec& time);

/// What is earlier than 1970 is 0, and what is too late (after 2554) the greatest number.
std::uint64_t nanoseconds_since_1970(Time time);
/// The second in which it lies.
Time second_of(std::uint64_t since_1970);

}  // namespace doorman::base

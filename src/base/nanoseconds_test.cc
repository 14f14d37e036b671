// SPDX-License-Identifier: Apache-2.0
#include "base/nanoseconds.h"

#include <gtest/gtest.h>

#include <limits>

namespace doorman::base {
namespace {

TEST(Nanoseconds, OfMomentsAndBack) {
  const Time moment = *parse_time("2024-05-01T10:20:30Z");
  EXPECT_EQ(nanoseconds_since_1970(moment), 1'714'558'830'000'000'000U);
  EXPECT_EQ(second_of(1'714'558'830'999'999'999U), moment);
  EXPECT_EQ(nanoseconds_of({.tv_sec = 2, .tv_nsec = 5}), 2'000'000'005U);
}

TEST(Nanoseconds, EndWhereTheirNumbersEnd) {
  EXPECT_EQ(nanoseconds_since_1970(*parse_time("1969-12-31T23:59:59Z")), 0U);
  EXPECT_EQ(nanoseconds_since_1970(*parse_time("9999-12-31T00:00:00Z")), std::numeric_limits<std::uint64_t>::max());
}

TEST(Nanoseconds, ClocksGoOn) {
  const std::uint64_t before = read_clock(CLOCK_BOOTTIME);
  EXPECT_GE(read_clock(CLOCK_BOOTTIME), before);
  EXPECT_GE(second_of(read_clock(CLOCK_REALTIME)), now() - std::chrono::seconds(1));
}

}  // namespace
}  // namespace doorman::base

// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <gtest/gtest.h>

namespace doorman::base {
namespace {

TEST(Time, ReadsWhatTheFieldWrites) {
  for (const char* same : {"2024-05-01T10:20:30Z", "2024-05-01T10:20:30.999Z", "2024-05-01T12:20:30+02:00",
                           "2024-05-01T10:20:30.123456789+00:00", "2024-05-01 10:20:30"}) {
    const auto time = parse_time(same);
    ASSERT_TRUE(time) << same;
    EXPECT_EQ(format_time(*time), "2024-05-01T10:20:30Z") << same;
  }
  EXPECT_EQ(format_time(*parse_time("2024-02-29")), "2024-02-29T00:00:00Z");
  EXPECT_EQ(format_date(*parse_time("1969-12-31T23:59:59Z")), "1969-12-31");
  EXPECT_EQ(format_date(*parse_time("0001-01-01T00:00:00Z")), "0001-01-01");
}

TEST(Time, RefusesWhatIsNone) {
  for (const char* wrong : {"", "2024", "2024-13-01", "2023-02-29", "2024-05-01T25:00:00Z", "2024-05-01Tx",
                            "yesterday", "2024-05-01T10:20:30+2", "2024-05-01T10:20:30Zjunk"}) {
    EXPECT_FALSE(parse_time(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace doorman::base

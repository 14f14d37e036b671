// SPDX-License-Identifier: Apache-2.0
#include "base/process_start.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace doorman::base {
namespace {

TEST(ProcessStart, IsTheTwentySecondField) {
  const std::string_view numbers = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21\n";
  EXPECT_EQ(start_ticks("42 (sleep)" + std::string(numbers)), 4711U);
  EXPECT_EQ(start_ticks("42 (a) S 1 (b 2)" + std::string(numbers)), 4711U);
  EXPECT_EQ(start_ticks("42 (sleep) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711"), 4711U);
}

TEST(ProcessStart, OtherTextHasNone) {
  for (const char* text :
       {"", "42", "42 (sleep)", "42 (sleep) S 1 2", "42 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 no"})
    EXPECT_EQ(start_ticks(text), std::nullopt) << text;
}

TEST(ProcessStart, IsComparedInTicks) {
  EXPECT_TRUE(is_start(150, 1'505'000'000));
  EXPECT_FALSE(is_start(151, 1'505'000'000));
}

TEST(ProcessStart, ItsStartIsTheSameEachTimeAndWhateverItsName) {
  const auto self = static_cast<std::uint32_t>(::getpid());
  const auto before = process_start(self);
  ASSERT_TRUE(before.has_value());
  EXPECT_GE(*before, process_start(1).value_or(0)) << "the first process is older";
  ::prctl(PR_SET_NAME, ") 1 2 3 (");
  EXPECT_EQ(process_start(self), before);
}

TEST(ProcessStart, NobodyHasTheNumberZero) { EXPECT_EQ(process_start(0), std::nullopt); }

}  // namespace
}  // namespace doorman::base

// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace doorman::base {
namespace {

TEST(Process, ItsStartIsTheSameEachTimeAndWhateverItsName) {
  const auto self = static_cast<std::uint32_t>(::getpid());
  const auto before = process_start(self);
  ASSERT_TRUE(before.has_value());
  EXPECT_GE(*before, process_start(1).value_or(0)) << "the first process is older";
  ::prctl(PR_SET_NAME, ") 1 2 3 (");
  EXPECT_EQ(process_start(self), before);
}

TEST(Process, NobodyHasTheNumberZero) { EXPECT_EQ(process_start(0), std::nullopt); }

}  // namespace
}  // namespace doorman::base

// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>

#include <string>

namespace doorman::base {
namespace {

class LogTest : public testing::Test {
 protected:
  void TearDown() override { set_log_level(LogLevel::info); }

  template <typename F>
  std::string stderr_of(F act) {
    testing::internal::CaptureStderr();
    act();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, WritesALineWithItsLevel) {
  EXPECT_EQ(stderr_of([] { log(LogLevel::info, "3 layers"); }), "doorman: 3 layers\n");
  EXPECT_EQ(stderr_of([] { log(LogLevel::warning, "slow"); }), "doorman: warning: slow\n");
}

TEST_F(LogTest, KeepsBackWhatIsBelowTheLevel) {
  set_log_level(LogLevel::error);
  EXPECT_EQ(stderr_of([] {
              log(LogLevel::warning, "slow");
              log(LogLevel::error, "no such file");
            }),
            "doorman: no such file\n");
}

TEST_F(LogTest, ShowsNoEscapesToTheTerminal) {
  EXPECT_EQ(stderr_of([] { log(LogLevel::info, "\x1b[2Jlayer\nforged"); }), "doorman: \\x1b[2Jlayer\\x0aforged\n");
}

}  // namespace
}  // namespace doorman::base

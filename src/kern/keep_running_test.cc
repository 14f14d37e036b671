// SPDX-License-Identifier: Apache-2.0
#include "kern/keep_running.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace doorman::kern {
namespace {

TEST(KeepRunningTest, AStoppedProcessGoesOnByItself) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto running = KeepRunning::start(std::chrono::milliseconds(50));
    if (!running.ok()) ::_exit(2);
    ::raise(SIGSTOP);
    ::raise(SIGSTOP);
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace doorman::kern

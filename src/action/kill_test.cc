// SPDX-License-Identifier: Apache-2.0
#include "action/kill.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace doorman::action {
namespace {

/// Nanoseconds since boot, as /proc tells them.
std::uint64_t start_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::stringstream text;
  text << file.rdbuf();
  std::istringstream rest(text.str().substr(text.str().rfind(')') + 2));
  std::string word;
  for (int field = 3; field <= 22; ++field) rest >> word;
  return std::stoull(word) * (1'000'000'000U / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
}

TEST(KillProcess, TheOneThatIsMeantAndNoOther) {
  const pid_t child = ::fork();
  if (child == 0) {
    while (true) ::pause();
  }
  const std::uint64_t start = start_of(child);
  const auto other = kill_process(static_cast<std::uint32_t>(child), start - 1'000'000'000U);
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code(), base::ErrorCode::not_found);
  EXPECT_EQ(::waitpid(child, nullptr, WNOHANG), 0) << "it lives";
  EXPECT_TRUE(kill_process(static_cast<std::uint32_t>(child), start).ok());
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_FALSE(kill_process(static_cast<std::uint32_t>(child), start).ok()) << "it is no more";
}

}  // namespace
}  // namespace doorman::action

// SPDX-License-Identifier: Apache-2.0
#include "app/up/background_scans.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "base/fd.h"
#include "scratch.h"

namespace doorman::app {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class BackgroundScansTest : public ::testing::Test {
 protected:
  /// A program that notes how it was called, and then does `deed`.
  std::string program(const std::string& deed) {
    const std::string path = folder_ + "/scanner";
    std::ofstream(path) << "#!/bin/sh\necho \"$@\" >> " << log() << '\n' << deed << '\n';
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  [[nodiscard]] std::string log() const { return folder_ + "/log"; }
  [[nodiscard]] std::string noted() const {
    const auto text = base::read_file(log(), 1U << 20U);
    return text.ok() ? *text : std::string();
  }
  [[nodiscard]] bool waited_for(std::size_t calls) const {
    const auto until = steady_clock::now() + 30s;
    while (steady_clock::now() < until) {
      const std::string text = noted();
      if (static_cast<std::size_t>(std::ranges::count(text, '\n')) >= calls) return true;
      std::this_thread::sleep_for(5ms);
    }
    return false;
  }

  tests::ScratchFolder scratch_;
  std::string folder_ = scratch_.path().string();
};

TEST_F(BackgroundScansTest, ScansAgainAndAgain) {
  const BackgroundScans scans({.program = program("exit 1"), .state_folder = "/the/state", .every = 10ms});
  ASSERT_TRUE(waited_for(3));
  EXPECT_THAT(noted(), StartsWith("scan running --quiet --state-dir /the/state\n"));
}

TEST_F(BackgroundScansTest, AComplaintIsLoggedOnce) {
  ::testing::internal::CaptureStderr();
  {
    const BackgroundScans scans(
        {.program = program("echo 'one\033 cannot' >&2"), .state_folder = "/s", .every = 1ms});
    ASSERT_TRUE(waited_for(3));
  }
  const std::string told = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(told, HasSubstr("scan of what runs here: one\\x1b cannot"));
  EXPECT_EQ(told.find("scan of"), told.rfind("scan of")) << told;
}

TEST_F(BackgroundScansTest, TheEndWaitsForNoScan) {
  const auto began = steady_clock::now();
  {
    const BackgroundScans scans({.program = program("exec sleep 600"), .state_folder = "/s"});
    ASSERT_TRUE(waited_for(1));
  }
  EXPECT_LT(steady_clock::now() - began, 300s);
}

TEST_F(BackgroundScansTest, OtherImagesFollowOneByOneAndEachOnce) {
  const base::Digest a = base::digest_of("a"), b = base::digest_of("b"), late = base::digest_of("late");
  std::atomic<int> asked = 0;
  const BackgroundScans scans({.program = program("exit 1"),
                               .state_folder = "/s",
                               .every = 1h,
                               .others =
                                   [&] {
                                     const bool first = ++asked == 1;
                                     return first ? OtherImages{{b, a}, "1"} : OtherImages{{b, a, late}, "1"};
                                   },
                               .look_again = 5ms});
  ASSERT_TRUE(waited_for(4));
  while (asked < 10) std::this_thread::sleep_for(1ms);
  const auto line = [](const std::string& target) { return "scan " + target + " --quiet --state-dir /s\n"; };
  EXPECT_EQ(noted(), line("running") + line(b.text()) + line(a.text()) + line(late.text()));
}

TEST_F(BackgroundScansTest, AnImageThatFailsIsToldAndHoldsUpNoOther) {
  const base::Digest bad = base::digest_of("bad"), good = base::digest_of("good");
  ::testing::internal::CaptureStderr();
  {
    const BackgroundScans scans(
        {.program = program("case $2 in " + bad.text() + ") echo broken >&2; exit 2;; esac"),
         .state_folder = "/s",
         .every = 1h,
         .others = [&] { return OtherImages{{bad, good}, "1"}; },
         .look_again = 1ms});
    ASSERT_TRUE(waited_for(3));
    std::this_thread::sleep_for(50ms);  // many looks at the images
  }
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("scan of an image here: broken"));
  EXPECT_EQ(std::ranges::count(noted(), '\n'), 3);
}

TEST_F(BackgroundScansTest, OtherImagesWaitUntilItIsKnownWhatRuns) {
  std::atomic<bool> asked = false;
  {
    const BackgroundScans scans({.program = program("exec sleep 600"), .state_folder = "/s", .others = [&] {
                                   asked = true;
                                   return OtherImages();
                                 }});
    ASSERT_TRUE(waited_for(1));
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_FALSE(asked);
}

TEST_F(BackgroundScansTest, AProgramThatIsNotThereIsTold) {
  std::string told;
  for (const auto until = steady_clock::now() + 30s; told.empty() && steady_clock::now() < until;) {
    ::testing::internal::CaptureStderr();
    {
      const BackgroundScans scans({.program = folder_ + "/missing", .state_folder = "/s"});
      std::this_thread::sleep_for(10ms);
    }
    told = ::testing::internal::GetCapturedStderr();
  }
  EXPECT_THAT(told, HasSubstr("missing: No such file"));
}

}  // namespace
}  // namespace doorman::app

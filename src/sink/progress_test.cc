// SPDX-License-Identifier: Apache-2.0
#include "sink/progress.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "sink/terminal.h"

namespace doorman::sink {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ProgressState halfway() {
  return {.bytes_done = 312'000'000,
          .bytes_total = 624'000'000,
          .layers_done = 3,
          .layers_total = 10,
          .activity = "reading app",
          .elapsed = seconds(2)};
}

TEST(ProgressLine, TellsEverything) {
  EXPECT_EQ(progress_line(halfway(), 100),
            "[============>           ]  312 MB of 624 MB, 156 MB/s, layer 4 of 10, reading app");
}

TEST(ProgressLine, NeedsNoTotals) {
  EXPECT_EQ(progress_line({.bytes_done = 5000, .activity = "x"}, 100), "5.00 kB, x");
  EXPECT_EQ(progress_line({}, 100), "0 B");
}

TEST(ProgressLine, StopsAtItsTotals) {
  ProgressState state = halfway();
  state.bytes_done = 2 * state.bytes_total;
  state.layers_done = 12;
  EXPECT_TRUE(progress_line(state, 100).starts_with("[========================]  624 MB of 624 MB,"));
  EXPECT_NE(progress_line(state, 100).find("layer 10 of 10"), std::string::npos);
}

TEST(ProgressLine, KeepsItsWidthAndSendsNoControls) {
  ProgressState state = halfway();
  state.activity = "evil \x1b[2J 包包包包包包包包包包包包";
  for (std::size_t width = 0; width < 120; ++width) {
    const std::string line = progress_line(state, width);
    EXPECT_LE(display_width(line), width);
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
  }
}

class ProgressTest : public testing::Test {
 protected:
  Progress make() {
    return Progress({[this](std::string_view text) { drawn_.emplace_back(text); }, [] { return 60U; }},
                    [this] { return std::chrono::steady_clock::time_point(now_); });
  }

  milliseconds now_{5000};
  std::vector<std::string> drawn_;
};

TEST_F(ProgressTest, DrawsAtMostTenTimesASecond) {
  Progress progress = make();
  progress.start("reading", 1000, 2);
  for (int i = 0; i < 1000; ++i) {
    progress.add_bytes(1);
    now_ += milliseconds(1);
  }
  EXPECT_EQ(drawn_.size(), 10U);
  EXPECT_NE(drawn_.back().find("901 B of 1.00 kB"), std::string::npos) << drawn_.back();
}

TEST_F(ProgressTest, ClearsItsLineAtTheEndAndThenRests) {
  Progress progress = make();
  progress.start("reading", 1000, 2);
  EXPECT_TRUE(drawn_.back().starts_with("\r["));
  progress.finish();
  EXPECT_EQ(drawn_.back(), "\r\x1b[K");
  const std::size_t before = drawn_.size();
  now_ += seconds(5);
  progress.add_bytes(1);
  progress.layer_done();
  progress.activity("late");
  progress.finish();
  EXPECT_EQ(drawn_.size(), before);
}

TEST_F(ProgressTest, StartsAgainForTheNextTarget) {
  Progress progress = make();
  progress.start("first", 1000, 1);
  progress.add_bytes(1000);
  progress.finish();
  progress.start("second", 500, 1);
  EXPECT_NE(drawn_.back().find("0 B of 500 B"), std::string::npos);
}

TEST_F(ProgressTest, TakesUpdatesFromManyThreads) {
  Progress progress = make();
  progress.start("reading", 4000, 40);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 1000; ++round) progress.add_bytes(1);
      for (int round = 0; round < 10; ++round) progress.layer_done();
    });
  }
  for (std::thread& thread : threads) thread.join();
  now_ += seconds(1);
  progress.activity("done");
  EXPECT_NE(drawn_.back().find("4.00 kB of 4.00 kB"), std::string::npos) << drawn_.back();
}

TEST(Progress, OffNeedsNoTerminal) {
  EXPECT_NO_THROW({
    const auto progress = Progress::off();
    progress->start("x", 1, 1);
    progress->add_bytes(1);
    progress->layer_done();
    progress->activity("y");
    progress->finish();
  });
}

}  // namespace
}  // namespace doorman::sink

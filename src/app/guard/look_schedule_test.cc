// SPDX-License-Identifier: Apache-2.0
#include "app/guard/look_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Look look_at(std::uint64_t cgroup, std::uint32_t pid) { return {cgroup, {.start = 1, .pid = pid}}; }

class LookScheduleTest : public testing::Test {
 protected:
  std::vector<std::uint32_t> due(LookSchedule::Time now) {
    std::vector<std::uint32_t> pids;
    while (const auto look = schedule_.next(now)) pids.push_back(look->process.pid);
    return pids;
  }

  LookSchedule schedule_{{.first = 1s, .every = 60s, .waiting = 4, .of_group = 2, .of_round = 5}};
  LookSchedule::Time t0_{1000s};
};

TEST_F(LookScheduleTest, AProgramIsLookedAtAWhileAfterItStarted) {
  schedule_.started(look_at(1, 10), t0_);
  schedule_.started(look_at(1, 11), t0_ + 500ms);
  EXPECT_THAT(due(t0_ + 999ms), IsEmpty());
  EXPECT_THAT(due(t0_ + 1s), ElementsAre(10));
  EXPECT_THAT(due(t0_ + 2s), ElementsAre(11));
  EXPECT_THAT(due(t0_ + 99s), IsEmpty());
}

TEST_F(LookScheduleTest, NoContainerFillsItForOthers) {
  for (std::uint32_t pid = 0; pid < 9; ++pid) schedule_.started(look_at(1, pid), t0_);
  schedule_.started(look_at(2, 20), t0_);
  EXPECT_THAT(due(t0_ + 1s), ElementsAre(0, 1, 20));
  schedule_.started(look_at(1, 3), t0_ + 1s);
  EXPECT_THAT(due(t0_ + 2s), ElementsAre(3));
  for (std::uint32_t cgroup = 1; cgroup < 9; ++cgroup) schedule_.started(look_at(cgroup, cgroup), t0_ + 3s);
  EXPECT_THAT(due(t0_ + 9s), ElementsAre(1, 2, 3, 4));
}

TEST_F(LookScheduleTest, ARoundTakesOneOfEachContainerAfterAnother) {
  EXPECT_TRUE(schedule_.wants_round(t0_));
  schedule_.begin_round(
      {look_at(1, 10), look_at(1, 11), look_at(1, 12), look_at(1, 13), look_at(2, 20), look_at(3, 30)}, t0_);
  EXPECT_FALSE(schedule_.wants_round(t0_ + 99s));  // it is not done
  EXPECT_THAT(due(t0_), ElementsAre(10, 20, 30, 11, 12));
  EXPECT_FALSE(schedule_.wants_round(t0_ + 59s));
  EXPECT_TRUE(schedule_.wants_round(t0_ + 60s));
}

TEST_F(LookScheduleTest, WhatStartedGoesBeforeTheRound) {
  schedule_.begin_round({look_at(1, 10), look_at(1, 11)}, t0_);
  schedule_.started(look_at(2, 20), t0_);
  EXPECT_EQ(schedule_.next(t0_)->process.pid, 10U);
  EXPECT_EQ(schedule_.next(t0_ + 1s)->process.pid, 20U);
  EXPECT_EQ(schedule_.next(t0_ + 1s)->process.pid, 11U);
}

}  // namespace
}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/interval.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>

namespace doorman::derive::advisory_db {

/// Read by GoogleTest.
static void PrintTo(const Interval& interval, std::ostream* out) {
  *out << '[' << interval.low << ", " << interval.high << " end " << static_cast<int>(interval.end) << ']';
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using version::VersionScheme;
using Kind = model::VersionEvent::Kind;

/// Intervals point into their events, so these are kept.
std::vector<Interval> made(model::VersionEvents events) {
  static std::deque<model::VersionEvents> kept;
  return intervals_of(VersionScheme::semver, kept.emplace_back(std::move(events)));
}

Interval fixed(std::string_view low, std::string_view high) { return {low, high, RangeEnd::fixed}; }

TEST(Interval, EventsInAnyOrder) {
  model::VersionEvents events = {
      {Kind::introduced, "0"}, {Kind::fixed, "1.2.0"}, {Kind::introduced, "2.0.0"}, {Kind::fixed, "2.3.0"}};
  std::ranges::sort(events, {}, &model::VersionEvent::version);
  do {
    EXPECT_THAT(made(events), ElementsAre(fixed("", "1.2.0"), fixed("2.0.0", "2.3.0")));
  } while (std::ranges::next_permutation(events, {}, &model::VersionEvent::version).found);
}

TEST(Interval, WithoutAnEnd) {
  EXPECT_THAT(made({{Kind::introduced, "1.0.0"}}), ElementsAre(Interval{"1.0.0", "", RangeEnd::open}));
  EXPECT_THAT(made({{Kind::introduced, "0"}}), ElementsAre(Interval{"", "", RangeEnd::open}));
}

TEST(Interval, WithoutABeginningNothingIsAffected) {
  EXPECT_THAT(made({{Kind::fixed, "1.0.0"}}), IsEmpty());
  EXPECT_THAT(made({}), IsEmpty());
}

TEST(Interval, LastAffected) {
  const auto intervals = made({{Kind::introduced, "1.0.0"}, {Kind::last_affected, "1.5.0"}});
  ASSERT_THAT(intervals, ElementsAre(Interval{"1.0.0", "1.5.0", RangeEnd::last_affected}));
  EXPECT_TRUE(contains(VersionScheme::semver, intervals[0], "1.5.0"));
  EXPECT_FALSE(contains(VersionScheme::semver, intervals[0], "1.5.1"));
  EXPECT_FALSE(contains(VersionScheme::semver, intervals[0], "1.0.0-rc.1"));
}

TEST(Interval, OneVersionThatIsIntroducedAndLast) {
  EXPECT_THAT(made({{Kind::last_affected, "5.15.12"}, {Kind::introduced, "5.15.12"}}),
              ElementsAre(Interval{"5.15.12", "5.15.12", RangeEnd::last_affected}));
}

TEST(Interval, IntroducedAndFixedInTheSameVersion) {
  EXPECT_THAT(made({{Kind::introduced, "1.0.0"}, {Kind::fixed, "1.0.0"}}), IsEmpty());
  EXPECT_THAT(
      made({{Kind::introduced, "0"}, {Kind::fixed, "1.0.0"}, {Kind::introduced, "1.0.0"}, {Kind::fixed, "2.0.0"}}),
      ElementsAre(fixed("", "1.0.0"), fixed("1.0.0", "2.0.0")));
}

TEST(Interval, TheSameEventTwice) {
  EXPECT_THAT(
      made({{Kind::introduced, "0"}, {Kind::introduced, "1.0.0"}, {Kind::fixed, "2.0.0"}, {Kind::fixed, "2.1.0"}}),
      ElementsAre(fixed("", "2.0.0")));
}

TEST(Interval, ZeroIsBeforePreReleasesToo) {
  const auto intervals = made({{Kind::introduced, "0"}, {Kind::fixed, "1.0.0"}});
  ASSERT_EQ(intervals.size(), 1U);
  for (const char* version : {"0.0.0-alpha", "0", "0.0.0-20190320223903-b7391e95e576"}) {
    EXPECT_TRUE(contains(VersionScheme::semver, intervals[0], version)) << version;
  }
}

TEST(Interval, ALimitIsAnEndWithoutAFix) {
  EXPECT_THAT(made({{Kind::introduced, "1.0.0"}, {Kind::limit, "2.0.0"}}),
              ElementsAre(Interval{"1.0.0", "2.0.0", RangeEnd::limit}));
  EXPECT_THAT(made({{Kind::introduced, "1.0.0"},
                    {Kind::fixed, "1.5.0"},
                    {Kind::introduced, "3.0.0"},
                    {Kind::limit, "2.0.0"}}),
              ElementsAre(fixed("1.0.0", "1.5.0")));
  EXPECT_THAT(made({{Kind::introduced, "1.0.0"}, {Kind::limit, "*"}, {Kind::limit, "1.1.0"}}),
              ElementsAre(Interval{"1.0.0", "", RangeEnd::open}));
  EXPECT_THAT(made({{Kind::introduced, "1.0.0"}, {Kind::limit, "1.1.0"}, {Kind::limit, "1.2.0"}}),
              ElementsAre(Interval{"1.0.0", "1.2.0", RangeEnd::limit}));
  EXPECT_THAT(made({{Kind::introduced, "1.0.0"}, {Kind::last_affected, "1.2.0"}, {Kind::limit, "1.2.0"}}),
              ElementsAre(Interval{"1.0.0", "1.2.0", RangeEnd::limit}));
}

TEST(Interval, TheOrderIsThatOfTheScheme) {
  const model::VersionEvents events = {{Kind::introduced, "0"}, {Kind::fixed, "1:1.0-2"}};
  const auto intervals = intervals_of(VersionScheme::debian, events);
  ASSERT_EQ(intervals.size(), 1U);
  EXPECT_TRUE(contains(VersionScheme::debian, intervals[0], "9.9-1"));
  EXPECT_TRUE(contains(VersionScheme::debian, intervals[0], "1:1.0-2~deb12u1"));
  EXPECT_FALSE(contains(VersionScheme::debian, intervals[0], "1:1.0-2"));
}

}  // namespace
}  // namespace doorman::derive::advisory_db

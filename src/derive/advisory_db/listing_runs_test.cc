// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/listing_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::derive::advisory_db {

static bool operator==(const RunRecord& a, const RunRecord& b) { return a.first == b.first && a.count == b.count; }

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

StagedListing row(Name flaw, Name rank, bool affected, std::uint16_t release = 0) {
  return {.package = 0, .flaw = flaw, .version = rank, .source = 0, .release = release, .affected = affected};
}

TEST(ListingRuns, NeighboursAreOneRun) {
  EXPECT_THAT(runs_of({}), IsEmpty());
  EXPECT_THAT(runs_of({5, 4, 4, 6, 9, 0}), ElementsAre(RunRecord{0, 1}, RunRecord{4, 3}, RunRecord{9, 1}));
}

TEST(ListingRuns, AffectedAndFixedOfOneFlaw) {
  std::vector<StagedListing> rows = {row(1, 2, true), row(1, 3, false), row(1, 1, true), row(1, 1, true)};
  const auto entries = listed_entries(rows);
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_THAT(entries[0].runs, ElementsAre(RunRecord{1, 2}, RunRecord{3, 1 | run_fixed}));
}

TEST(ListingRuns, FlawsAndReleasesApart) {
  std::vector<StagedListing> rows = {row(2, 0, true), row(1, 0, true), row(1, 5, false, 7)};
  const auto entries = listed_entries(rows);
  ASSERT_THAT(entries, SizeIs(3));
  EXPECT_EQ(entries[0].flaw, 1U);
  EXPECT_EQ(entries[1].release, 7U);
  EXPECT_EQ(entries[2].flaw, 2U);
}

TEST(ListingRuns, WhoKnowsOfAFixIsRight) {
  std::vector<StagedListing> rows = {row(1, 4, true), row(1, 4, false, 7), row(2, 4, true)};
  const auto entries = listed_entries(rows);
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_THAT(entries[0].runs, ElementsAre(RunRecord{4, 1 | run_fixed}));
  EXPECT_THAT(entries[1].runs, ElementsAre(RunRecord{4, 1}));
}

}  // namespace
}  // namespace doorman::derive::advisory_db

// SPDX-License-Identifier: Apache-2.0
#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace doorman::base {
namespace {

TEST(EditDistance, CountsSlipsOfTheFingers) {
  EXPECT_EQ(edit_distance("scan", "scan"), 0U);
  EXPECT_EQ(edit_distance("scan", "scna"), 1U);
  EXPECT_EQ(edit_distance("scan", "can"), 1U);
  EXPECT_EQ(edit_distance("scan", "scann"), 1U);
  EXPECT_EQ(edit_distance("scan", "span"), 1U);
  EXPECT_EQ(edit_distance("", "scan"), 4U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(EditDistance, LooksAtTheFirst64BytesOnly) {
  EXPECT_EQ(edit_distance(std::string(1'000'000, 'a'), std::string(1'000'000, 'a') + "b"), 0U);
}

TEST(EditDistance, IsNearUpToTheLimit) {
  EXPECT_TRUE(is_near("scan", "scna", 1));
  EXPECT_TRUE(is_near("scan", "sc", 2));
  EXPECT_FALSE(is_near("scan", "s", 2));
  EXPECT_FALSE(is_near("kitten", "sitting", 2));
  EXPECT_TRUE(is_near(std::string(64, 'a'), std::string(1000, 'a'), 0));
}

TEST(Nearest, OffersWhatIsNearAndNothingElse) {
  constexpr std::array<std::string_view, 3> names = {"format", "fail-on", "output"};
  EXPECT_EQ(nearest("formt", names), "format");
  EXPECT_EQ(nearest("FAIL-ON", names), "fail-on");
  EXPECT_EQ(nearest("platform", names), std::nullopt);
  EXPECT_EQ(nearest("", names), std::nullopt);
  EXPECT_EQ(did_you_mean("ouptut", names, "--"), "; did you mean --output?");
  EXPECT_EQ(did_you_mean("zzz", names, "--"), "");
}

}  // namespace
}  // namespace doorman::base

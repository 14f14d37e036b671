// SPDX-License-Identifier: Apache-2.0
#include "model/package.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace doorman::model {
namespace {

TEST(PackageType, TextIsThePurlTypeAndUnique) {
  EXPECT_EQ(to_text(PackageType::deb), "deb");
  EXPECT_EQ(to_text(PackageType::golang), "golang");
  std::set<std::string_view> seen;
  for (auto i = 0; i <= static_cast<int>(PackageType::generic); ++i) {
    EXPECT_TRUE(seen.insert(to_text(static_cast<PackageType>(i))).second) << i;
  }
  EXPECT_EQ(seen.size(), 12U);
}

TEST(Evidence, HasAWordForEach) {
  EXPECT_EQ(to_text(Evidence::installed), "installed");
  EXPECT_EQ(to_text(Evidence::embedded), "embedded");
  EXPECT_EQ(to_text(Evidence::declared), "declared");
}

}  // namespace
}  // namespace doorman::model

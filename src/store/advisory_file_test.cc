// SPDX-License-Identifier: Apache-2.0
#include "store/advisory_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "scratch.h"

namespace doorman::store {
namespace {

class AdvisoryFile : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return advisory_file_path((folder_ / "state").string()); }

  tests::ScratchFolder scratch_;
  std::filesystem::path folder_ = scratch_.path();
};

TEST_F(AdvisoryFile, ThereIsNoneAtFirst) {
  const auto mapped = map_advisory_file(path());
  ASSERT_TRUE(mapped.ok());
  EXPECT_FALSE(mapped->has_value());
}

TEST_F(AdvisoryFile, IsMappedAsItWasWritten) {
  ASSERT_TRUE(replace_advisory_file(path(), "content").ok());
  const auto mapped = map_advisory_file(path());
  ASSERT_TRUE(mapped.ok() && mapped->has_value());
  EXPECT_EQ((*mapped)->bytes(), "content");
}

TEST_F(AdvisoryFile, WhoHasTheOldOneMappedKeepsIt) {
  ASSERT_TRUE(replace_advisory_file(path(), "old").ok());
  const auto old = map_advisory_file(path());
  ASSERT_TRUE(old.ok() && old->has_value());
  ASSERT_TRUE(replace_advisory_file(path(), "the new one").ok());
  EXPECT_EQ((*old)->bytes(), "old");
  EXPECT_EQ((*map_advisory_file(path()).value()).bytes(), "the new one");
}

TEST_F(AdvisoryFile, AnErrorThatIsNotAbsenceIsTold) {
  ASSERT_TRUE(replace_advisory_file(path(), "content").ok());
  EXPECT_FALSE(map_advisory_file((folder_ / "state").string()).ok());
  EXPECT_FALSE(replace_advisory_file(path() + "/below", "content").ok());
}

}  // namespace
}  // namespace doorman::store

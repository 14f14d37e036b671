// SPDX-License-Identifier: Apache-2.0
#include "action/rewrite.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/fd.h"
#include "scratch.h"

namespace doorman::action {
namespace {

class RewriteTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(path_) << "old";
    ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
    if (::geteuid() == 0) ASSERT_EQ(::chown(path_.c_str(), 17, 18), 0);
    ASSERT_EQ(::stat(path_.c_str(), &seen_), 0);
  }
  [[nodiscard]] std::string content() const { return base::read_file(path_, 100).value(); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(scratch_.path()), {}));
  }

  tests::ScratchFolder scratch_;
  std::string path_ = (scratch_.path() / "config.json").string();
  struct stat seen_{};
};

TEST_F(RewriteTest, KeepsModeAndOwnerAndLeavesNothingBeside) {
  ASSERT_TRUE(rewrite_file(path_, "new", seen_).ok());
  struct stat now{};
  ASSERT_EQ(::stat(path_.c_str(), &now), 0);
  EXPECT_EQ(content(), "new");
  EXPECT_EQ(now.st_mode, seen_.st_mode);
  EXPECT_EQ(now.st_uid, seen_.st_uid);
  EXPECT_EQ(now.st_gid, seen_.st_gid);
  EXPECT_NE(now.st_ino, seen_.st_ino);
  EXPECT_EQ(files(), 1U);
}

TEST_F(RewriteTest, AnotherFileKeepsItsName) {
  std::ofstream(path_ + ".other") << "oth";
  std::filesystem::rename(path_ + ".other", path_);
  EXPECT_EQ(rewrite_file(path_, "new", seen_).error().code(), base::ErrorCode::mismatch);
  EXPECT_EQ(content(), "oth");
  EXPECT_EQ(files(), 1U);
}

TEST_F(RewriteTest, WhatWasWrittenToMeanwhileStays) {
  std::ofstream(path_) << "more than before";
  EXPECT_EQ(rewrite_file(path_, "new", seen_).error().code(), base::ErrorCode::mismatch);
  EXPECT_EQ(content(), "more than before");
}

TEST_F(RewriteTest, ALinkIsLeftAlone) {
  const std::string link = path_ + ".link";
  std::filesystem::create_symlink("config.json", link);
  EXPECT_EQ(rewrite_file(link, "new", seen_).error().code(), base::ErrorCode::unsupported);
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(content(), "old");
}

}  // namespace
}  // namespace doorman::action

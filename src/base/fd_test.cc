// SPDX-License-Identifier: Apache-2.0
#include "base/fd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace doorman::base {
namespace {

class FdTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "doorman-fd-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(FdTest, AFileIsReplacedWholeAndLeavesNothingBeside) {
  const std::string path = folder_ + "/file";
  ASSERT_TRUE(replace_file(path, "one").ok());
  ASSERT_TRUE(replace_file(path, "two", Durability::relaxed).ok());
  EXPECT_EQ(read_file(path, 100).value(), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  EXPECT_FALSE(replace_file(folder_ + "/no/such/folder", "x").ok());
}

TEST_F(FdTest, ReadingStopsAtItsLimit) {
  const std::string path = folder_ + "/file";
  ASSERT_TRUE(replace_file(path, std::string(200'000, 'x')).ok());
  EXPECT_EQ(read_file(path, 200'000).value().size(), 200'000U);
  const auto refused = read_file(path, 199'999);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::limit);
  const auto missing = read_file(folder_ + "/none", 1);
  EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
  EXPECT_THAT(missing.error().message(), ::testing::HasSubstr("none: No such file"));
}

TEST_F(FdTest, ARangeEndsWhereItShouldOrSaysThatTheFileDoes) {
  const std::string path = folder_ + "/file";
  ASSERT_TRUE(replace_file(path, "0123456789").ok());
  const Fd fd = open_read(path).value();
  std::string into(20, '\0');
  FileRangeStream range(fd, 2, 5);
  EXPECT_EQ(range.read(into).value(), 5U);
  EXPECT_EQ(into.substr(0, 5), "23456");
  EXPECT_EQ(range.read(into).value(), 0U);
  FileRangeStream beyond(fd, 8, 5);
  EXPECT_EQ(beyond.read(into).error().code(), ErrorCode::truncated);
}

TEST_F(FdTest, FoldersAreMadeAndFound) {
  EXPECT_TRUE(make_folders(folder_ + "/a/b/c").ok());
  EXPECT_TRUE(make_folders(folder_ + "/a/b/c").ok());
  ASSERT_TRUE(replace_file(folder_ + "/file", "").ok());
  EXPECT_FALSE(make_folders(folder_ + "/file/x").ok());
  EXPECT_TRUE(MappedFile::open(folder_ + "/file").value().bytes().empty());
}

}  // namespace
}  // namespace doorman::base

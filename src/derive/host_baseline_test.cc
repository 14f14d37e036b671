// SPDX-License-Identifier: Apache-2.0
#include "derive/host_baseline.h"

#include <gtest/gtest.h>

namespace doorman::derive {
namespace {

using Answer = HostBaseline::Answer;

model::HostFile file(std::string_view path, std::string_view content) {
  return {.path = base::path_id(path), .md5 = base::md5_of(content), .has_md5 = true};
}

class HostBaselineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    baseline_.add({.files = {file("bin/ls", "ls"), {.path = base::path_id("etc/script")}}, .installed = 1000});
    baseline_.add({.files = {file("sbin/diverted", "old")}, .installed = 900});
    baseline_.add({.files = {file("sbin/diverted", "new")}, .installed = 1100});
    baseline_.finish();
  }
  Answer judge(std::string_view path, std::uint64_t ctime, std::optional<std::string_view> content) {
    read_ = false;
    return baseline_.judge(path, ctime, [&]() -> std::optional<base::Md5> {
      read_ = true;
      if (!content) return std::nullopt;
      return base::md5_of(*content);
    });
  }
  HostBaseline baseline_;
  bool read_ = false;
};

TEST_F(HostBaselineTest, WhatAPackageBroughtIsReadOnlyWhenItMayHaveChanged) {
  EXPECT_EQ(judge("/usr/bin/ls", 1000, "evil"), Answer::of_package);
  EXPECT_FALSE(read_);
  EXPECT_EQ(judge("/bin/ls", 1001, "ls"), Answer::of_package) << "only its permissions changed";
  EXPECT_TRUE(read_);
  EXPECT_EQ(judge("/bin/ls", 1001, "evil"), Answer::changed);
  EXPECT_EQ(judge("/bin/ls", 1001, std::nullopt), Answer::of_package);
  EXPECT_EQ(judge("/etc/script", 2000, "x"), Answer::of_package) << "a configuration file is its owner's to change";
}

TEST_F(HostBaselineTest, WhatNobodyBrought) {
  EXPECT_EQ(judge("/usr/local/bin/ls", 1, "ls"), Answer::of_nobody);
  EXPECT_EQ(judge("/tmp/x", 1, "x"), Answer::of_nobody);
  EXPECT_EQ(HostBaseline().judge("/bin/ls", 1, [] { return std::nullopt; }), Answer::of_nobody);
}

TEST_F(HostBaselineTest, AnyOfSeveralPackagesMayHaveBroughtIt) {
  EXPECT_EQ(judge("/usr/sbin/diverted", 2000, "old"), Answer::of_package);
  EXPECT_EQ(judge("/usr/sbin/diverted", 2000, "new"), Answer::of_package);
  EXPECT_EQ(judge("/usr/sbin/diverted", 2000, "evil"), Answer::changed);
}

TEST_F(HostBaselineTest, EachStateIsSeenOnce) {
  EXPECT_TRUE(baseline_.is_first_sighting(1, 2, 3));
  EXPECT_FALSE(baseline_.is_first_sighting(1, 2, 3));
  EXPECT_TRUE(baseline_.is_first_sighting(1, 2, 4));
  for (std::uint64_t inode = 0; inode < HostBaseline::max_seen; ++inode) baseline_.is_first_sighting(9, inode, 0);
  EXPECT_TRUE(baseline_.is_first_sighting(1, 2, 3)) << "it forgets rather than grow";
}

}  // namespace
}  // namespace doorman::derive

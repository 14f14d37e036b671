// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/debian_fixes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace doorman::parse::advisory {
namespace {

using testing::HasSubstr;

TEST(DebianFixes, OneLine) {
  const auto fix = parse_debian_fix("curl\t7.88.1-10+deb12u5\tCVE-2023-46218\tbookworm-security\t2023-12-10");
  ASSERT_TRUE(fix.ok() && fix->has_value());
  EXPECT_EQ((*fix)->source, "curl");
  EXPECT_EQ((*fix)->fixed_version, "7.88.1-10+deb12u5");
  EXPECT_EQ((*fix)->cve, "CVE-2023-46218");
  EXPECT_EQ((*fix)->distribution, "bookworm-security");
  EXPECT_EQ((*fix)->date, base::parse_time("2023-12-10"));
}

TEST(DebianFixes, ADateIsNotNeeded) {
  const auto fix = parse_debian_fix("acl\t2.2.49-2\tCVE-2009-4411\tunstable\tsoon");
  ASSERT_TRUE(fix.ok() && fix->has_value());
  EXPECT_EQ((*fix)->date, std::nullopt);
  EXPECT_TRUE(parse_debian_fix("acl\t2.2.49-2\tCVE-2009-4411\tunstable").ok());
}

TEST(DebianFixes, CommentsAndEmptyLinesAreNothing) {
  for (const char* line : {"", "  ", "# source\tversion"}) {
    const auto fix = parse_debian_fix(line);
    ASSERT_TRUE(fix.ok());
    EXPECT_FALSE(fix->has_value());
  }
}

TEST(DebianFixes, WhatIsNoFix) {
  EXPECT_THAT(parse_debian_fix("acl 2.2.49-2 CVE-2009-4411 unstable").error().message(), HasSubstr("between tabs"));
  EXPECT_THAT(parse_debian_fix("\t1\tCVE-2009-4411\tunstable").error().message(), HasSubstr("without source"));
  EXPECT_THAT(parse_debian_fix("acl\t1\tDSA-1\tunstable").error().message(), HasSubstr("no CVE id: DSA-1"));
  EXPECT_THAT(parse_debian_fix(std::string(1025, 'a') + "\t1\tCVE-2009-4411\tunstable").error().message(),
              HasSubstr("1 KiB"));
}

TEST(DebianFixes, CveIds) {
  EXPECT_TRUE(is_cve("CVE-1999-0001"));
  EXPECT_TRUE(is_cve("CVE-2024-1234567890123456789"));
  for (const char* text : {"", "CVE-", "CVE-2024-123", "CVE-2024-12345678901234567890", "CVE-24-1234",
                           "cve-2024-1234", "CVE-2024-12a4", "CVE-202x-1234"}) {
    EXPECT_FALSE(is_cve(text)) << text;
  }
}

}  // namespace
}  // namespace doorman::parse::advisory

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "package_cases.h"
#include "parse/package/all.h"

namespace doorman::parse::package {
namespace {

using testing::SizeIs;
using testing::UnorderedElementsAre;

base::Status parse(const std::string& content, model::FileFacts& facts) {
  return apk_parser.parse({"lib/apk/db/installed", content}, facts);
}

TEST(Apk, Cases) { tests::check_package_cases(apk_parser, "apk"); }

TEST(Apk, FilesAreInTheFolderBeforeThem) {
  model::FileFacts facts;
  ASSERT_TRUE(parse("P:a\nV:1\nF:usr/bin\nR:one\nF:\nR:top\n\nP:b\nV:1\nR:two\n", facts).ok());
  ASSERT_THAT(facts.owned, SizeIs(2));
  EXPECT_THAT(facts.owned[0].files, UnorderedElementsAre(base::path_id("bin/one"), base::path_id("top")));
  EXPECT_THAT(facts.owned[1].files, UnorderedElementsAre(base::path_id("two")));
}

TEST(Apk, CarriageReturnsAreNoPartOfAValue) {
  model::FileFacts facts;
  ASSERT_TRUE(parse("P:a\r\nV:1-r0\r\n\r\nP:b\r\nV:2-r0\r\n", facts).ok());
  ASSERT_THAT(facts.packages, SizeIs(2));
  EXPECT_EQ(facts.packages[0].version, "1-r0");
}

TEST(Apk, LongDependenciesAreFineAndALongNameIsNot) {
  model::FileFacts facts;
  const std::string longer(5000, 'x');
  ASSERT_TRUE(parse("P:a\nV:1\nD:" + longer + "\n\nP:" + longer + "\nV:1\n\nP:c\nV:1\n", facts).ok());
  EXPECT_THAT(facts.packages, SizeIs(2));
  EXPECT_THAT(facts.notes, SizeIs(2));
}

TEST(Apk, WhatIsFoundBeforeALimitStays) {
  std::string content;
  for (int i = 0; i < 200'001; ++i) content += fmt::format("P:p{}\nV:1\n\n", i);
  model::FileFacts facts;
  const base::Status status = parse(content, facts);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), "more than 200000 packages");
  EXPECT_THAT(facts.packages, SizeIs(200'000));

  content = "P:a\nV:1\nF:x\n";
  for (int i = 0; i < 4'000'000; ++i) content += "R:y\n";
  model::FileFacts many;
  const base::Status too_many = parse(content, many);
  ASSERT_FALSE(too_many.ok());
  EXPECT_EQ(too_many.error().message(), "more than 4000000 files");
  EXPECT_THAT(many.packages, SizeIs(1));
}

}  // namespace
}  // namespace doorman::parse::package

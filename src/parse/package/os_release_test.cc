// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "package_cases.h"
#include "parse/package/all.h"

namespace doorman::parse::package {
namespace {

using testing::ElementsAre;

model::FileFacts parse(std::string_view path, const std::string& content) {
  model::FileFacts facts;
  EXPECT_TRUE(os_release_parser.parse({path, content}, facts).ok());
  return facts;
}

TEST(OsRelease, Cases) { tests::check_package_cases(os_release_parser, "os_release"); }

TEST(OsRelease, ValuesAreQuotedAsInTheShell) {
  struct Case {
    const char *written, *read;
  };
  for (const Case& expected : {Case{"plain", "plain"}, Case{"\"a b\"", "a b"}, Case{"'a \"b\" \\c'", "a \"b\" \\c"},
                               Case{"\"\\\"\\$\\`\\\\\"", "\"$`\\"}, Case{"\"\\n\"", "\\n"}, Case{"a\\ b", "a b"},
                               Case{"a'b'\"c\"", "abc"}, Case{"\"\"", ""}, Case{"end\\", "end\\"}}) {
    const model::FileFacts facts =
        parse("etc/os-release", std::string("ID=x\nPRETTY_NAME=") + expected.written + "\n");
    ASSERT_TRUE(facts.distribution.has_value());
    EXPECT_EQ(facts.distribution->pretty_name, expected.read) << expected.written;
  }
}

TEST(OsRelease, AnOpenQuoteIsNotedAndTheRestIsRead) {
  const model::FileFacts facts = parse("usr/lib/os-release", "VERSION_ID=\"12\nID=debian\n");
  ASSERT_TRUE(facts.distribution.has_value());
  EXPECT_EQ(facts.distribution->id, "debian");
  EXPECT_EQ(facts.distribution->version_id, "");
  EXPECT_THAT(facts.notes, ElementsAre(model::Note{"usr/lib/os-release:1", "a quote is left open"}));
}

TEST(OsRelease, TooLongAValueIsNoted) {
  const model::FileFacts facts = parse("etc/os-release", "ID=debian\nPRETTY_NAME=" + std::string(1025, 'x'));
  EXPECT_EQ(facts.distribution->pretty_name, "");
  EXPECT_THAT(facts.notes, ElementsAre(model::Note{"etc/os-release:2", "the value is too long"}));
}

TEST(OsRelease, KnowsTheRedHatFamilyByItsLine) {
  struct Case {
    const char *line, *id, *version, *codename;
  };
  for (const Case& expected :
       {Case{"Red Hat Enterprise Linux release 9.4 (Plow)", "rhel", "9.4", "Plow"},
        Case{"CentOS release 6.10 (Final)", "centos", "6.10", "Final"},
        Case{"CentOS Stream release 9", "centos", "9", ""},
        Case{"Rocky Linux release 9.3 (Blue Onyx)", "rocky", "9.3", "Blue Onyx"},
        Case{"AlmaLinux release 8.9 (Midnight Oncilla)", "almalinux", "8.9", "Midnight Oncilla"},
        Case{"Fedora release 40 (Forty)", "fedora", "40", "Forty"},
        Case{"Amazon Linux release 2 (Karoo)", "amzn", "2", "Karoo"}}) {
    const model::FileFacts facts = parse("etc/redhat-release", expected.line);
    ASSERT_TRUE(facts.distribution.has_value()) << expected.line;
    EXPECT_EQ(*facts.distribution,
              (model::Distribution{expected.id, expected.version, expected.codename, expected.line}));
  }
}

}  // namespace
}  // namespace doorman::parse::package

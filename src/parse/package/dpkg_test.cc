// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "package_cases.h"
#include "parse/package/all.h"
#include "parse/package/notes.h"
#include "scratch.h"

namespace doorman::parse::package {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Parsed {
  model::FileFacts facts;
  base::Status status;
};

Parsed parse(const std::string& content, std::string_view path = "var/lib/dpkg/status") {
  Parsed parsed;
  parsed.status = dpkg_parser.parse({path, content}, parsed.facts);
  return parsed;
}

std::string stanza(std::string_view name, std::string_view more = "Status: install ok installed\n") {
  return fmt::format("Package: {}\nVersion: 1.0-1\nArchitecture: amd64\n{}\n", name, more);
}

TEST(Dpkg, Cases) { tests::check_package_cases(dpkg_parser, "dpkg"); }

TEST(Dpkg, CountsWhatIsUnpacked) {
  const auto count = [](std::string_view status) {
    return parse(stanza("a", fmt::format("Status: {}\n", status))).facts.packages.size();
  };
  for (const auto* there :
       {"install ok installed", "hold ok installed", "deinstall ok installed", "purge ok installed",
        "install reinstreq half-installed", "install ok unpacked", "install ok half-configured",
        "install ok triggers-awaited", "install ok triggers-pending"}) {
    EXPECT_EQ(count(there), 1U) << there;
  }
  for (const auto* gone : {"deinstall ok config-files", "install ok config-files", "purge ok not-installed"}) {
    EXPECT_EQ(count(gone), 0U) << gone;
  }
}

TEST(Dpkg, DiversionsSayWhoseFileLiesThere) {
  const auto parsed = parse(
      "/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/man\n/usr/bin/man.REAL\n:\n/usr/bin/x\n/usr/bin/x.old\nnew-x\n/"
      "cut\n/off\n",
      "var/lib/dpkg/diversions");
  ASSERT_TRUE(parsed.status.ok());
  ASSERT_THAT(parsed.facts.owned, SizeIs(2)) << "a local one is no package's";
  EXPECT_EQ(parsed.facts.owned[0].package, "dash");
  EXPECT_THAT(parsed.facts.owned[0].files, ElementsAre(base::path_id("bin/sh")));
  EXPECT_EQ(parsed.facts.owned[1].package, "new-x");
  EXPECT_THAT(parsed.facts.owned[1].files, ElementsAre(base::path_id("bin/x")));
  EXPECT_TRUE(parse("", "var/lib/dpkg/diversions").facts.empty());
}

TEST(Dpkg, DiversionsHaveALimit) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "/a\n/b\nc\n";
  EXPECT_TRUE(parse(text, "var/lib/dpkg/diversions").status.ok());
  text += "/a\n/b\nc\n";
  const auto parsed = parse(text, "var/lib/dpkg/diversions");
  ASSERT_FALSE(parsed.status.ok());
  EXPECT_EQ(parsed.status.error().code(), base::ErrorCode::limit);
  EXPECT_THAT(parsed.facts.owned, SizeIs(100'000));
}

TEST(Dpkg, SourceIsKeptWhereItDiffers) {
  struct Case {
    const char *field, *name, *version;
  };
  for (const Case& expected :
       {Case{"a", "", ""}, Case{"b", "b", ""}, Case{"b (2.0)", "b", "2.0"}, Case{"b(2.0)", "b", "2.0"},
        Case{"a (1.0-1)", "", ""}, Case{"a (1.0)", "", "1.0"}, Case{"b ( 2.0 )", "b", "2.0"},
        Case{"b (2.0", "b", "2.0"}, Case{"b ()", "b", ""}, Case{"", "", ""}}) {
    const Parsed parsed = parse(stanza("a", fmt::format("Status: x y installed\nSource: {}\n", expected.field)));
    ASSERT_THAT(parsed.facts.packages, SizeIs(1)) << expected.field;
    EXPECT_EQ(parsed.facts.packages[0].source_name, expected.name) << expected.field;
    EXPECT_EQ(parsed.facts.packages[0].source_version, expected.version) << expected.field;
  }
}

TEST(Dpkg, MissingVersionIsNotedWhereItIs) {
  const Parsed parsed = parse(stanza("a") + "\n\nPackage: b\nStatus: install ok installed\n\n" + stanza("c"));
  EXPECT_TRUE(parsed.status.ok());
  EXPECT_THAT(parsed.facts.packages, SizeIs(2));
  EXPECT_THAT(parsed.facts.notes, ElementsAre(model::Note{"var/lib/dpkg/status:8", "no Version"}));
}

TEST(Dpkg, OnlyTheStatusFileNeedsAStatus) {
  EXPECT_THAT(parse(stanza("a", "")).facts.notes, SizeIs(1));
  EXPECT_THAT(parse(stanza("a", ""), "var/lib/dpkg/status.d/a").facts.notes, IsEmpty());
}

TEST(Dpkg, TooLongAValueIsNoted) {
  const Parsed parsed =
      parse(stanza("a", "Status: x y installed\nSource: " + std::string(1025, 's') + "\n") + stanza("b"));
  EXPECT_THAT(parsed.facts.packages, SizeIs(2));
  EXPECT_EQ(parsed.facts.packages[0].source_name, "");
  EXPECT_THAT(parsed.facts.notes, SizeIs(1));
}

TEST(Dpkg, AFileOfMistakesHasItsShareOfNotes) {
  std::string content;
  for (int i = 0; i < 1000; ++i) content += "nothing\n";
  const Parsed parsed = parse(content + "\n" + stanza("a"));
  EXPECT_THAT(parsed.facts.notes, SizeIs(max_notes + 1));
  EXPECT_THAT(parsed.facts.packages, SizeIs(1));
}

TEST(Dpkg, WhatIsFoundBeforeTheLimitStays) {
  std::string content;
  for (int i = 0; i < 200'001; ++i)
    content += fmt::format("Package: p{}\nStatus: a b installed\nVersion: 1\n\n", i);
  const Parsed parsed = parse(content);
  ASSERT_FALSE(parsed.status.ok());
  EXPECT_EQ(parsed.status.error().code(), base::ErrorCode::limit);
  EXPECT_EQ(parsed.status.error().message(), "more than 200000 packages");
  EXPECT_THAT(parsed.facts.packages, SizeIs(200'000));
}

TEST(Dpkg, ListsBelongToTheNameWithoutItsArchitecture) {
  const auto owner = [](std::string_view path, const std::string& content) {
    const Parsed parsed = parse(content, path);
    return parsed.facts.owned.size() == 1 ? parsed.facts.owned[0].package : std::string("?");
  };
  EXPECT_EQ(owner("var/lib/dpkg/info/libc6:amd64.list", "/lib/libc.so\n"), "libc6");
  EXPECT_EQ(owner("var/lib/dpkg/info/python3.11.list", "/usr/bin/python3.11\n"), "python3.11");
  EXPECT_EQ(owner("var/lib/dpkg/status.d/libc6.md5sums", std::string(32, 'a') + "  lib/libc.so\n"), "libc6");
  EXPECT_EQ(owner("var/lib/dpkg/info/empty.list", "/.\n"), "?");
}

TEST(DpkgTools, TellsWhatDpkgQueryTells) {
  const tests::ScratchFolder scratch;
  const std::string listed = (scratch.path() / "list").string();
  const std::string command =
      "dpkg-query -W -f '${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} "
      "${source:Version}\\n'"
      " 2>/dev/null | sed -n 's/^installed //p' >" +
      listed;
  if (std::system(command.c_str()) != 0 || tests::slurp(listed).empty()) {  // NOLINT(cert-env33-c)
    GTEST_SKIP() << "dpkg-query lists no packages here";
  }
  const std::string lines = tests::slurp(listed);
  std::vector<std::string> expected;
  std::string_view rest = lines;
  for (std::string_view line; base::next_line(rest, line);) expected.emplace_back(line);

  const Parsed parsed = parse(tests::slurp("/var/lib/dpkg/status"));
  ASSERT_TRUE(parsed.status.ok());
  std::vector<std::string> told;
  told.reserve(parsed.facts.packages.size());
  for (const model::Package& package : parsed.facts.packages) {
    told.push_back(fmt::format("{} {} {} {} {}", package.name, package.version, package.architecture,
                               package.source_name.empty() ? package.name : package.source_name,
                               package.source_version.empty() ? package.version : package.source_version));
  }
  EXPECT_THAT(told, testing::UnorderedElementsAreArray(expected));
}

}  // namespace
}  // namespace doorman::parse::package

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "package_cases.h"
#include "parse/package/all.h"
#include "rpm_builder.h"
#include "scratch.h"

namespace doorman::parse::package {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

base::Status parse(const std::string& content, model::FileFacts& facts) {
  return rpm_parser.parse({"var/lib/rpm/Packages", content}, facts);
}

std::set<std::string> packages_of(const model::FileFacts& facts) {
  std::set<std::string> told;
  for (const model::Package& package : facts.packages) told.insert(package.name + " " + package.version);
  return told;
}

bool run(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;  // NOLINT(cert-env33-c): tools of the test's own
}

TEST(Rpm, Cases) { tests::check_package_cases(rpm_parser, "rpm"); }

TEST(Rpm, ABadHeaderIsNotedAndTheNextIsRead) {
  model::FileFacts facts;
  ASSERT_TRUE(parse(tests::rpm_ndb({"garbage!", tests::rpm_package("good")}), facts).ok());
  EXPECT_THAT(packages_of(facts), ElementsAre("good 1.0-1"));
  ASSERT_THAT(facts.notes, SizeIs(1));
  EXPECT_EQ(facts.notes[0].place, "var/lib/rpm/Packages: package 1");
}

TEST(Rpm, EveryTruncationKeepsWhatComesBefore) {
  for (const auto* name : {"sqlite/usr/lib/sysimage/rpm/rpmdb.sqlite", "bdb/var/lib/rpm/Packages"}) {
    const std::string whole = tests::slurp(tests::data_dir("rpm") / name);
    std::size_t before = 0;
    for (std::size_t size = 1; size < whole.size(); size += 7) {
      model::FileFacts facts;
      const base::Status status = parse(whole.substr(0, size), facts);
      EXPECT_GE(facts.packages.size(), before) << name << " " << size;
      before = facts.packages.size();
      EXPECT_TRUE(!status.ok() || !facts.notes.empty() || facts.packages.size() == 2) << name << " " << size;
    }
  }
}

TEST(Rpm, NoFlippedByteBreaksTheReader) {
  for (const auto* name : {"sqlite/usr/lib/sysimage/rpm/rpmdb.sqlite", "bdb_big_endian/var/lib/rpm/Packages"}) {
    std::string bytes = tests::slurp(tests::data_dir("rpm") / name);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
      for (const unsigned flip : {0xffU, 0x80U, 0x01U}) {
        const char kept = bytes[at];
        bytes[at] = static_cast<char>(static_cast<unsigned char>(kept) ^ flip);
        model::FileFacts facts;
        (void)parse(bytes, facts);
        bytes[at] = kept;
        EXPECT_LE(facts.packages.size(), 2U) << name << " " << at;
      }
    }
  }
}

TEST(Rpm, AViewIsNoTable) {
  if (!run("sqlite3 --version")) GTEST_SKIP() << "no sqlite3";
  const tests::ScratchFolder scratch;
  const std::string database = (scratch.path() / "db").string();
  ASSERT_TRUE(run("sqlite3 " + database +
                  " \"CREATE VIEW Packages AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                  "SELECT i + 1 FROM n) SELECT i AS hnum, zeroblob(1000) AS blob FROM n\""));
  model::FileFacts facts;
  EXPECT_FALSE(parse(tests::slurp(database), facts).ok());
  EXPECT_THAT(facts.packages, IsEmpty());
}

// The tools' own databases.

TEST(RpmTools, ReadsWhatRpmWrote) {
  if (!run("rpm --version") || !run("rpmbuild --version")) GTEST_SKIP() << "no rpm and rpmbuild";
  const tests::ScratchFolder scratch;
  const std::string folder = scratch.path().string();
  std::ofstream(scratch.path() / "spec")
      << "Name: tiny\nEpoch: 2\nVersion: 1.4\nRelease: 3\nSummary: s\nLicense: MIT\n"
         "BuildArch: noarch\n%description\nd\n%install\nmkdir -p %{buildroot}/usr/bin\n"
         "touch %{buildroot}/usr/bin/tiny\n%files\n/usr/bin/tiny\n";
  ASSERT_TRUE(run(fmt::format("rpmbuild --define '_topdir {0}' -bb {0}/spec", folder)));
  ASSERT_TRUE(
      run(fmt::format("rpm --dbpath {0}/db -i --justdb --nodeps {0}/RPMS/noarch/tiny-1.4-3.noarch.rpm", folder)));
  const auto database = scratch.path() / "db" / "rpmdb.sqlite";
  if (!std::filesystem::exists(database)) GTEST_SKIP() << "this rpm writes no rpmdb.sqlite";
  model::FileFacts facts;
  const base::Status status = parse(tests::slurp(database), facts);
  ASSERT_TRUE(status.ok()) << status.error().message();
  EXPECT_THAT(facts.notes, IsEmpty());
  EXPECT_THAT(packages_of(facts), ElementsAre("tiny 2:1.4-3"));
  ASSERT_THAT(facts.owned, SizeIs(1));
  EXPECT_THAT(facts.owned[0].files, ElementsAre(base::path_id("bin/tiny")));
}

TEST(RpmTools, ReadsWhatBerkeleyDbWrote) {
  if (!run("db5.3_load -V")) GTEST_SKIP() << "no db5.3_load";
  const tests::ScratchFolder scratch;
  for (const int order : {1234, 4321}) {
    for (const int page_size : {512, 4096, 65536}) {
      const std::string stem = (scratch.path() / fmt::format("{}-{}", order, page_size)).string();
      std::ofstream dump(stem + ".txt");
      dump << fmt::format("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize={}\ndb_lorder={}\nHEADER=END\n",
                          page_size, order);
      std::set<std::string> expected;
      for (std::uint32_t i = 0; i < 400; ++i) {
        const std::string name = fmt::format("p{}", i);
        // Small ones lie in the page, large ones in chains of overflow pages.
        const std::string header = tests::RpmHeaderBuilder()
                                       .string(1000, name)
                                       .string(1001, "1")
                                       .string(1005, std::string(std::size_t{i} * 31, 'x'))
                                       .bytes();
        if (i != 0) expected.insert(name + " 1");
        dump << fmt::format(" {:02x}{:02x}0000\n ", i & 0xffU, i >> 8U);
        for (const char c : i == 0 ? std::string(4, '\1') : header)
          dump << fmt::format("{:02x}", static_cast<unsigned char>(c));
        dump << "\n";
      }
      dump << "DATA=END\n";
      dump.close();
      ASSERT_TRUE(run(fmt::format("db5.3_load -f {0}.txt {0}.db", stem)));
      model::FileFacts facts;
      const base::Status status = parse(tests::slurp(stem + ".db"), facts);
      ASSERT_TRUE(status.ok()) << status.error().message();
      EXPECT_THAT(facts.notes, IsEmpty());
      EXPECT_EQ(packages_of(facts), expected);
    }
  }
}

}  // namespace
}  // namespace doorman::parse::package

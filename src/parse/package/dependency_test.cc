// SPDX-License-Identifier: Apache-2.0
#include "parse/package/dependency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/package/all.h"

namespace doorman::parse::package {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Dependency, DebNamesWithoutWhatIsSaidOfThem) {
  std::vector<std::string> names;
  add_deb_names("libc6 (>= 2.36), perl:any | perl5, libc6, ,a[amd64]", names);
  EXPECT_THAT(names, ElementsAre("a", "libc6", "perl", "perl5"));
}

TEST(Dependency, ApkNamesWithoutVersionsAndConflicts) {
  std::vector<std::string> names;
  add_apk_names("so:libc.musl-x86_64.so.1 zlib>=1.3  !uclibc busybox~1", names);
  EXPECT_THAT(names, ElementsAre("busybox", "so:libc.musl-x86_64.so.1", "zlib"));
}

TEST(Dependency, AHugeListIsCut) {
  std::string many;
  for (std::size_t i = 0; i < 2 * max_dependency_names; ++i) many += "p" + std::to_string(i) + ",";
  std::vector<std::string> names;
  add_deb_names(many, names);
  EXPECT_EQ(names.size(), max_dependency_names);
}

model::FileFacts parsed(const Parser& parser, std::string_view path, std::string_view content) {
  model::FileFacts facts;
  facts.path = path;
  EXPECT_TRUE(parser.parse({path, content}, facts).ok());
  return facts;
}

TEST(Dpkg, KeepsWhatAPackageNeedsAndStandsFor) {
  const auto facts =
      parsed(dpkg_parser, "var/lib/dpkg/status",
             "Package: app\nStatus: install ok installed\nPriority: required\nVersion: 1\n"
             "Pre-Depends: dpkg\nDepends: libc6 (>= 2)\nRecommends: vim | editor\nProvides: shop (= 1)\n");
  ASSERT_EQ(facts.packages.size(), 1U);
  EXPECT_THAT(facts.packages[0].needs, ElementsAre("dpkg", "editor", "libc6", "vim"));
  EXPECT_THAT(facts.packages[0].provides, ElementsAre("shop"));
  EXPECT_TRUE(facts.packages[0].essential);
}

TEST(Apk, KeepsWhatAPackageNeedsAndStandsFor) {
  const auto facts =
      parsed(apk_parser, "lib/apk/db/installed", "P:app\nV:1-r0\nD:so:libz.so.1 !old\np:cmd:app=1-r0\n\n");
  ASSERT_EQ(facts.packages.size(), 1U);
  EXPECT_THAT(facts.packages[0].needs, ElementsAre("so:libz.so.1"));
  EXPECT_THAT(facts.packages[0].provides, ElementsAre("cmd:app"));
}

TEST(InstallMarks, OfAptAndApk) {
  const auto apt = parsed(install_marks_parser, "var/lib/apt/extended_states",
                          "Package: a\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: b\nAuto-Installed: 0\n");
  EXPECT_THAT(apt.automatic, ElementsAre("a"));
  EXPECT_THAT(parsed(install_marks_parser, "etc/apk/world", "nginx\nphp~=8\n!mail\n").requested,
              ElementsAre("nginx", "php"));
}

std::vector<std::string> told(std::string_view path, std::string_view content) {
  std::vector<std::string> told;
  for (const model::NotableFile& notable : parsed(accounts_parser, path, content).notable) {
    told.push_back(std::string(to_text(notable.reason)) + " " + notable.detail);
  }
  return told;
}

TEST(Accounts, TellsWhatNobodyMeant) {
  EXPECT_THAT(told("etc/passwd", "root:x:0:0::/:\ntoor:x:0:0::/:\nsync::4:1::/:\n+::::::\n#a::\n"),
              ElementsAre("second_root toor", "empty_password sync"));
  EXPECT_THAT(told("etc/shadow", "root:::0:::::\nbin:!::0:::::\nzero:*:0:0\n"), ElementsAre("empty_password root"));
  EXPECT_THAT(told("etc/passwd", "\n:\nroot\n"), IsEmpty());
}

TEST(Accounts, HaveALimit) {
  std::string many;
  for (int i = 0; i < 200; ++i) many += "u" + std::to_string(i) + "::1:1\n";
  model::FileFacts facts;
  EXPECT_EQ(accounts_parser.parse({"etc/passwd", many}, facts).error().code(), base::ErrorCode::limit);
  EXPECT_EQ(facts.notable.size(), 100U);
}

}  // namespace
}  // namespace doorman::parse::package

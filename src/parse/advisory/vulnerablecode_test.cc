// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/vulnerablecode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace doorman::parse::advisory {
namespace {

using model::Ecosystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Package {
  const char* purl;
  Ecosystem ecosystem;
  const char *release, *name, *version;
};

TEST(VulnerableCode, PackageUrls) {
  const Package cases[] = {
      {"pkg:npm/%40babel/core@7.1.0", Ecosystem::npm, "", "@babel/core", "7.1.0"},
      {"pkg:deb/debian/zlib@1:1.2.11.dfsg-1%2Bdeb10u1?distro=sid", Ecosystem::debian, "sid", "zlib",
       "1:1.2.11.dfsg-1+deb10u1"},
      {"pkg:deb/debian/zlib@1:1?arch=source&distro=bookworm", Ecosystem::debian, "12", "zlib", "1:1"},
      {"pkg:deb/ubuntu/zlib@1:1", Ecosystem::ubuntu, "", "zlib", "1:1"},
      {"pkg:apk/alpine/a@0?arch=x86_64&distroversion=v3.20&reponame=community", Ecosystem::alpine, "3.20", "a",
       "0"},
      {"pkg:golang/golang.org/x/net@0.1.0#html", Ecosystem::go, "", "golang.org/x/net", "0.1.0"},
      {"pkg:maven/org.apache.logging.log4j/log4j-core@2.0", Ecosystem::maven, "",
       "org.apache.logging.log4j:log4j-core", "2.0"},
  };
  VulnerableCodeRows rows;
  for (const Package& each : cases) {
    const auto row = rows.package(std::string(each.purl) + "\tA\tVCID-1");
    ASSERT_TRUE(row.ok() && row->has_value()) << each.purl;
    EXPECT_EQ((*row)->ecosystem, (model::EcosystemRelease{each.ecosystem, each.release})) << each.purl;
    EXPECT_EQ((*row)->name, each.name);
    EXPECT_EQ((*row)->version, each.version);
  }
}

TEST(VulnerableCode, RowsOfOnePackage) {
  VulnerableCodeRows rows;
  const auto first = rows.package("pkg:npm/a@1\tA\tVCID-1");
  ASSERT_TRUE(first.ok() && first->has_value());
  EXPECT_TRUE((*first)->affected);
  const auto second = rows.package("pkg:npm/a@1\tF\tVCID-2");
  ASSERT_TRUE(second.ok() && second->has_value());
  EXPECT_FALSE((*second)->affected);
  EXPECT_EQ((*second)->name, "a");
  EXPECT_EQ((*second)->vulnerability, "VCID-2");
}

TEST(VulnerableCode, OtherEcosystemsCommentsAndEmptyLinesAreNothing) {
  VulnerableCodeRows rows;
  for (const char* line : {"", "# a\tb", "pkg:ebuild/app/a@1\tA\tVCID-1", "pkg:rpm/redhat/a@1\tA\tVCID-1"}) {
    const auto row = rows.package(line);
    ASSERT_TRUE(row.ok()) << line;
    EXPECT_FALSE(row->has_value()) << line;
  }
}

TEST(VulnerableCode, WhatIsNoRow) {
  VulnerableCodeRows rows;
  for (const char* line : {"pkg:npm/a@1", "pkg:npm/a@1\tX\tVCID-1", "pkg:npm/a@1\tA\t"}) {
    EXPECT_THAT(rows.package(line).error().message(), HasSubstr("A or F")) << line;
  }
  for (const char* line : {"npm/a@1\tA\tV", "pkg:npm/a\tA\tV", "pkg:npm/a@\tA\tV", "pkg:npm/@1\tA\tV",
                           "pkg:npm/%4@1\tA\tV", "pkg:npm/a@%zz\tA\tV"}) {
    EXPECT_THAT(rows.package(line).error().message(), HasSubstr("no package URL")) << line;
  }
  EXPECT_THAT(rows.package("pkg:npm/" + std::string(20'000, 'a') + "@1\tA\tV").error().message(),
              HasSubstr("16 KiB"));
}

TEST(VulnerableCode, Vulnerabilities) {
  VulnerableCodeRows rows;
  const auto row = rows.vulnerability("VCID-1\tCVE-2022-36035,GHSA-a\tCVSS:3.1/AV:N\t0.00103\t2026-01-11");
  ASSERT_TRUE(row.ok() && row->has_value());
  EXPECT_EQ((*row)->id, "VCID-1");
  EXPECT_THAT((*row)->aliases, ElementsAre("CVE-2022-36035", "GHSA-a"));
  EXPECT_EQ((*row)->cvss, "CVSS:3.1/AV:N");
  EXPECT_EQ((*row)->epss, 0.00103);
  EXPECT_EQ((*row)->date, base::parse_time("2026-01-11"));
}

TEST(VulnerableCode, EmptyAndImpossibleColumns) {
  VulnerableCodeRows rows;
  const auto row = rows.vulnerability("VCID-1\t\t\t1.5\tnever");
  ASSERT_TRUE(row.ok() && row->has_value());
  EXPECT_THAT((*row)->aliases, IsEmpty());
  EXPECT_EQ((*row)->epss, std::nullopt);
  EXPECT_EQ((*row)->date, std::nullopt);
  EXPECT_FALSE(rows.vulnerability("\tCVE-1").ok());
  EXPECT_THAT(rows.vulnerability("VCID-1\t" +
                                 [] {
                                   std::string aliases;
                                   for (int i = 0; i < 201; ++i) aliases += "A-1,";
                                   return aliases;
                                 }())
                  .error()
                  .message(),
              HasSubstr("200 aliases"));
}

}  // namespace
}  // namespace doorman::parse::advisory

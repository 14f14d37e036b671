// SPDX-License-Identifier: Apache-2.0
#include "model/advisory.h"

#include <gtest/gtest.h>

namespace doorman::model {
namespace {

EcosystemRelease eco(Ecosystem ecosystem, std::string release = {}) { return {ecosystem, std::move(release)}; }

TEST(Advisory, EcosystemsAndTheirReleases) {
  EXPECT_EQ(parse_ecosystem("Debian:12"), eco(Ecosystem::debian, "12"));
  EXPECT_EQ(parse_ecosystem("Debian"), eco(Ecosystem::debian));
  EXPECT_EQ(parse_ecosystem("Debian:bookworm"), eco(Ecosystem::debian, "12"));
  EXPECT_EQ(parse_ecosystem("Ubuntu:22.04:LTS"), eco(Ecosystem::ubuntu, "22.04"));
  EXPECT_EQ(parse_ecosystem("Alpine:v3.19"), eco(Ecosystem::alpine, "3.19"));
  EXPECT_EQ(parse_ecosystem("Go"), eco(Ecosystem::go));
  EXPECT_EQ(parse_ecosystem("crates.io"), eco(Ecosystem::crates_io));
}

TEST(Advisory, WhatFollowsTheColonOfALanguageIsNoRelease) {
  EXPECT_EQ(parse_ecosystem("Maven:https://repo1.maven.org/maven2"), eco(Ecosystem::maven));
}

TEST(Advisory, EcosystemsThatAreNotJudged) {
  for (const char* text :
       {"", ":12", "debian", "Debian ", "OSS-Fuzz", "GIT", "Ubuntu:Pro:22.04:LTS", "Red Hat:9"}) {
    EXPECT_EQ(parse_ecosystem(text), std::nullopt) << text;
  }
}

TEST(Advisory, EveryEcosystemReadsBackFromItsText) {
  for (std::uint8_t i = 0; i < ecosystem_count; ++i) {
    const auto ecosystem = static_cast<Ecosystem>(i);
    EXPECT_EQ(parse_ecosystem(to_text(ecosystem)), eco(ecosystem));
    EXPECT_NE(package_type(ecosystem), PackageType::generic);
  }
}

TEST(Advisory, NamesCompareAsTheirEcosystemDoes) {
  EXPECT_EQ(normal_name(Ecosystem::pypi, "Zope._-Interface"), "zope-interface");
  EXPECT_EQ(normal_name(Ecosystem::nuget, "Newtonsoft.Json"), "newtonsoft.json");
  EXPECT_EQ(normal_name(Ecosystem::npm, "JSONStream"), "JSONStream");
  EXPECT_EQ(normal_name(Ecosystem::go, "github.com/Masterminds/goutils"), "github.com/Masterminds/goutils");
}

TEST(Advisory, VersionsWithoutWhatDoesNotCount) {
  EXPECT_EQ(normal_version(Ecosystem::go, "v1.2.3"), "1.2.3");
  EXPECT_EQ(normal_version(Ecosystem::npm, "v1.2.3"), "v1.2.3");
  EXPECT_EQ(normal_version(Ecosystem::debian, "0:1.2-3"), "1.2-3");
  EXPECT_EQ(normal_version(Ecosystem::debian, "1:1.2-3"), "1:1.2-3");
}

}  // namespace
}  // namespace doorman::model

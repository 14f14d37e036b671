// SPDX-License-Identifier: Apache-2.0
#include "model/purl.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "base/json.h"
#include "golden.h"

namespace doorman::model {
namespace {

Package package(PackageType type, std::string name, std::string version, std::string architecture = "") {
  Package result;
  result.type = type;
  result.name = std::move(name);
  result.version = std::move(version);
  result.architecture = std::move(architecture);
  return result;
}

Distribution distribution(std::string id, std::string version_id) {
  return {std::move(id), std::move(version_id), "", ""};
}

TEST(PurlOf, NamesDistributionPackages) {
  const Distribution debian = distribution("debian", "12");
  const Distribution alpine = distribution("alpine", "3.19.1");
  const Distribution rhel = distribution("rhel", "9.2");
  const Distribution leap = distribution("opensuse-leap", "15.5");
  const Distribution rolling = distribution("wolfi", "");
  EXPECT_EQ(purl_of(package(PackageType::deb, "bash", "5.2.15-2+b2", "amd64"), &debian),
            "pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12");
  EXPECT_EQ(purl_of(package(PackageType::deb, "attr", "1:2.4.47-2~bpo", ""), &debian),
            "pkg:deb/debian/attr@1:2.4.47-2~bpo?distro=debian-12");
  EXPECT_EQ(purl_of(package(PackageType::apk, "musl", "1.2.4-r2", "x86_64"), &alpine),
            "pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.19.1");
  EXPECT_EQ(purl_of(package(PackageType::rpm, "bind-libs", "32:9.16.23-11.el9", "x86_64"), &rhel),
            "pkg:rpm/redhat/bind-libs@9.16.23-11.el9?arch=x86_64&distro=rhel-9.2&epoch=32");
  EXPECT_EQ(purl_of(package(PackageType::rpm, "curl", "0:8.0-1", "noarch"), &leap),
            "pkg:rpm/opensuse/curl@8.0-1?arch=noarch&distro=opensuse-leap-15.5");
  EXPECT_EQ(purl_of(package(PackageType::apk, "curl", "8.0-r0", ""), &rolling),
            "pkg:apk/wolfi/curl@8.0-r0?distro=wolfi");
  EXPECT_EQ(purl_of(package(PackageType::deb, "bash", "5", "amd64"), nullptr), "pkg:deb/bash@5?arch=amd64");
}

TEST(PurlOf, NamesLanguagePackages) {
  const Distribution debian = distribution("debian", "12");
  const auto purl = [&](PackageType type, std::string name, std::string version) {
    return purl_of(package(type, std::move(name), std::move(version)), &debian);
  };
  EXPECT_EQ(purl(PackageType::npm, "@babel/core", "7.0.0"), "pkg:npm/%40babel/core@7.0.0");
  EXPECT_EQ(purl(PackageType::npm, "lodash", "4.17.21"), "pkg:npm/lodash@4.17.21");
  EXPECT_EQ(purl(PackageType::golang, "github.com/BurntSushi/toml", "v1.2.3"),
            "pkg:golang/github.com/BurntSushi/toml@v1.2.3");
  EXPECT_EQ(purl(PackageType::golang, "k8s.io/api", "v2.0.0+incompatible"),
            "pkg:golang/k8s.io/api@v2.0.0%2Bincompatible");
  EXPECT_EQ(purl(PackageType::golang, "stdlib", "v1.21.0"), "pkg:golang/stdlib@v1.21.0");
  EXPECT_EQ(purl(PackageType::maven, "org.apache.logging.log4j:log4j-core", "2.14.1"),
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1");
  EXPECT_EQ(purl(PackageType::maven, "log4j", "1.2"), "pkg:maven/log4j@1.2");
  EXPECT_EQ(purl(PackageType::pypi, "Zope_Interface", "5.0"), "pkg:pypi/zope-interface@5.0");
  EXPECT_EQ(purl(PackageType::composer, "Symfony/Console", "v5.4.3"), "pkg:composer/symfony/console@v5.4.3");
  EXPECT_EQ(purl(PackageType::gem, "rails", "7.0.4"), "pkg:gem/rails@7.0.4");
  EXPECT_EQ(purl(PackageType::cargo, "serde", "1.0.0"), "pkg:cargo/serde@1.0.0");
  EXPECT_EQ(purl(PackageType::nuget, "Newtonsoft.Json", "13.0.1"), "pkg:nuget/Newtonsoft.Json@13.0.1");
  EXPECT_EQ(purl(PackageType::generic, "openssl", "1.1.1k"), "pkg:generic/openssl@1.1.1k");
}

TEST(PurlOf, EscapesWhatAnImageClaims) {
  EXPECT_EQ(purl_of(package(PackageType::npm, "a?b#c@d", "1 2"), nullptr), "pkg:npm/a%3Fb%23c%40d@1%202");
  EXPECT_EQ(purl_of(package(PackageType::generic, "\xff\n", ""), nullptr), "pkg:generic/%FF%0A");
  EXPECT_EQ(purl_of(package(PackageType::composer, "nobody", "1"), nullptr), "pkg:composer/nobody@1");
  EXPECT_EQ(purl_of(package(PackageType::npm, "", "1"), nullptr), "");
}

TEST(Purl, ParsesAllParts) {
  const auto purl = parse_purl("pkg://NPM/%40scope/name@1.0%2Bx?b=2&A=%C3%A4&empty=#/a/./../b%20c/");
  ASSERT_TRUE(purl.ok());
  EXPECT_EQ(*purl, (PackageUrl{"npm", "@scope", "name", "1.0+x", {{"a", "\xc3\xa4"}, {"b", "2"}}, "a/b c"}));
  EXPECT_EQ(to_text(*purl), "pkg:npm/%40scope/name@1.0%2Bx?a=%C3%A4&b=2#a/b%20c");
}

TEST(Purl, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "pkg",
                           "pkg:",
                           "pkg:npm",
                           "pkg:npm/",
                           "pkg:npm//",
                           "npm/a@1",
                           "pkg:/",
                           "pkg:1npm/a",
                           "pkg:n_m/a",
                           "pkg:npm/@1",
                           "pkg:npm/a%",
                           "pkg:npm/a%2",
                           "pkg:npm/a%zz",
                           "pkg:npm/a%2Fb/c",
                           "pkg:npm/a?=1",
                           "pkg:npm/a?x=1&X=2",
                           "pkg:npm/a?1x=1",
                           "pkg:npm/a#b%2Fc",
                           "pkg:swift/a",
                           "pkg:gem/a/b",
                           "pkg:julia/a",
                           "pkg:swid/a",
                           "pkg:cpan/a::b"}) {
    EXPECT_FALSE(parse_purl(text).ok()) << text;
  }
}

TEST(Purl, LimitsAreNamed) {
  const auto long_one = parse_purl("pkg:npm/" + std::string(max_purl_bytes, 'a'));
  ASSERT_FALSE(long_one.ok());
  EXPECT_NE(long_one.error().message().find("max_purl_bytes"), std::string::npos);
  std::string many = "pkg:npm/a?k=v";
  for (std::size_t i = 0; i < max_purl_qualifiers; ++i) many += "&k" + std::to_string(i) + "=v";
  const auto crowded = parse_purl(many);
  ASSERT_FALSE(crowded.ok());
  EXPECT_NE(crowded.error().message().find("max_purl_qualifiers"), std::string::npos);
}

/// purl-spec's own suite contradicts itself here: maven-test.json wants `repositorY_url` folded, these want the
/// same refused, and in another case folded. We fold, as how-to-parse.md says.
const std::set<std::string> folded_anyway = {
    "pkg:gem/jruby-launcher@1.1.2?Platform=java",
    "pkg:Rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25",
};

PackageUrl from_json(base::JsonValue parts) {
  PackageUrl purl;
  purl.type = parts["type"].string_or("");
  purl.name_space = parts["namespace"].string_or("");
  purl.name = parts["name"].string_or("");
  purl.version = parts["version"].string_or("");
  purl.subpath = parts["subpath"].string_or("");
  for (const auto& [key, value] : parts["qualifiers"].members())
    purl.qualifiers.emplace_back(key, value.string_or(""));
  std::ranges::sort(purl.qualifiers);
  return purl;
}

void run_suite_test(base::JsonValue test) {
  const std::string type(test["test_type"].string_or(""));
  const base::JsonValue input = test["input"];
  const bool fails = test["expected_failure"].boolean().value_or(false);
  const std::string where = type + ": " + std::string(input.string_or(input["name"].string_or("")));
  if (type == "build") {
    const auto purl = canonical_purl(from_json(input));
    ASSERT_EQ(purl.ok(), !fails) << where;
    if (!purl) return;
    EXPECT_EQ(to_text(*purl), test["expected_output"].string_or("")) << where;
    return;
  }
  const auto purl = parse_purl(input.string_or(""));
  if (type == "parse" && folded_anyway.contains(std::string(input.string_or("")))) {
    EXPECT_TRUE(purl.ok());
    return;
  }
  ASSERT_EQ(purl.ok(), !fails) << where << (purl ? "" : purl.error().message());
  if (!purl) return;
  if (type == "parse") {
    EXPECT_EQ(*purl, from_json(test["expected_output"])) << where;
  } else {
    ASSERT_EQ(type, "validate");
    EXPECT_EQ(to_text(*purl), test["expected_output"].string_or("")) << where;
  }
}

TEST(Purl, PassesTheSpecificationsSuite) {
  DOORMAN_NEED_FIXTURES(fixtures);
  std::size_t tests = 0;
  for (const auto& entry : std::filesystem::directory_iterator(fixtures / "versions/purl-spec")) {
    if (entry.path().extension() != ".json") continue;
    const auto document = base::JsonDocument::parse(tests::slurp(entry.path()));
    ASSERT_TRUE(document.ok()) << entry.path();
    for (const auto& test : document->root()["tests"].items()) {
      run_suite_test(test);
      ++tests;
    }
  }
  EXPECT_GT(tests, 500U);
}

}  // namespace
}  // namespace doorman::model

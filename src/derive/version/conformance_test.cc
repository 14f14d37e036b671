// SPDX-License-Identifier: Apache-2.0
// The test suites of others: osv-scalibr, packaging, node-semver, vers-spec.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "derive/version/version.h"
#include "golden.h"

namespace doorman::derive::version {
namespace {

char sign_of(std::weak_ordering order) { return order < 0 ? '<' : order > 0 ? '>' : '='; }

/// Lines of OSV's tables that the ecosystem's own tool contradicts; the tool wins. Maven 3.8, 3.9 and 4 all put a
/// `.word` at the end where `-word` stands (6.1.12.rc5 > 6.1.12rc1); Composer normalises before it compares, so
/// that v6.5 > v6.5.0-beta and 5.1.0-stable > 5.1.0-beta2.
const std::map<std::string, std::size_t> allowed_contradictions = {
    {"maven-versions-generated.txt", 12},
    {"packagist-versions-generated.txt", 12},
};

class OsvTables : public testing::TestWithParam<std::pair<std::string, VersionScheme>> {};

TEST_P(OsvTables, Hold) {
  DOORMAN_NEED_FIXTURES(fixtures);
  const auto& [file, scheme] = GetParam();
  const std::string text = tests::slurp(fixtures / "versions/osv-semantic" / file);
  ASSERT_FALSE(text.empty()) << file;
  std::string_view rest = text;
  std::string_view line;
  std::string contradictions;
  std::size_t wrong = 0;
  while (base::next_line(rest, line)) {
    if (line.empty() || line.starts_with("# ") || line.starts_with("// ")) continue;
    const std::vector<std::string_view> words = base::split(line, ' ');
    ASSERT_EQ(words.size(), 3U) << line;
    const auto order = compare_versions(scheme, words[0], words[2]);
    EXPECT_EQ(compare_versions(scheme, words[2], words[0]), 0 <=> order) << line;
    if (sign_of(order) == words[1].front()) continue;
    ++wrong;
    contradictions.append(line).append("\n");
  }
  const auto allowed = allowed_contradictions.find(file);
  EXPECT_LE(wrong, allowed == allowed_contradictions.end() ? 0 : allowed->second) << contradictions;
}

INSTANTIATE_TEST_SUITE_P(Versions, OsvTables,
                         testing::Values(std::pair("alpine-versions.txt", VersionScheme::alpine),
                                         std::pair("alpine-versions-generated.txt", VersionScheme::alpine),
                                         std::pair("cran-versions.txt", VersionScheme::cran),
                                         std::pair("cran-versions-generated.txt", VersionScheme::cran),
                                         std::pair("debian-versions.txt", VersionScheme::debian),
                                         std::pair("debian-versions-generated.txt", VersionScheme::debian),
                                         std::pair("hackage-versions.txt", VersionScheme::hackage),
                                         std::pair("maven-versions.txt", VersionScheme::maven),
                                         std::pair("maven-versions-generated.txt", VersionScheme::maven),
                                         std::pair("nuget-versions.txt", VersionScheme::nuget),
                                         std::pair("packagist-versions.txt", VersionScheme::packagist),
                                         std::pair("packagist-versions-generated.txt", VersionScheme::packagist),
                                         std::pair("pub-versions.txt", VersionScheme::pub),
                                         std::pair("pypi-versions.txt", VersionScheme::pep440),
                                         std::pair("pypi-versions-generated.txt", VersionScheme::pep440),
                                         std::pair("redhat-versions.txt", VersionScheme::rpm),
                                         std::pair("rubygems-versions.txt", VersionScheme::rubygems),
                                         std::pair("rubygems-versions-generated.txt", VersionScheme::rubygems),
                                         std::pair("semver-versions.txt", VersionScheme::semver)));

TEST(Packaging, ListIsStrictlyAscending) {
  DOORMAN_NEED_FIXTURES(fixtures);
  const std::string text = tests::slurp(fixtures / "versions/pep440/versions_ascending.txt");
  std::vector<std::string_view> versions;
  std::string_view rest = text;
  std::string_view line;
  while (base::next_line(rest, line)) {
    if (!line.empty() && line.front() != '#') versions.push_back(line);
  }
  ASSERT_GT(versions.size(), 50U);
  for (std::size_t i = 0; i < versions.size(); ++i) {
    EXPECT_TRUE(is_valid_version(VersionScheme::pep440, versions[i])) << versions[i];
    for (std::size_t j = 0; j < versions.size(); ++j) {
      EXPECT_EQ(compare_versions(VersionScheme::pep440, versions[i], versions[j]), i <=> j)
          << versions[i] << " and " << versions[j];
    }
  }
}

base::JsonDocument read_json(const std::filesystem::path& path) {
  return base::JsonDocument::parse(tests::slurp(path)).value();
}

TEST(NodeSemver, ComparesAsItsTables) {
  DOORMAN_NEED_FIXTURES(fixtures);
  const auto greater = read_json(fixtures / "versions/node-semver/comparisons.json");
  const auto equal = read_json(fixtures / "versions/node-semver/equality.json");
  ASSERT_GT(greater.root().items().size(), 20U);
  ASSERT_GT(equal.root().items().size(), 20U);
  for (const auto& each : greater.root().items()) {
    const auto pair = each.items();
    EXPECT_TRUE(compare_versions(VersionScheme::semver, *pair[0].string(), *pair[1].string()) > 0)
        << *pair[0].string();
  }
  for (const auto& each : equal.root().items()) {
    const auto pair = each.items();
    EXPECT_TRUE(compare_versions(VersionScheme::semver, *pair[0].string(), *pair[1].string()) == 0)
        << *pair[1].string();
  }
}

TEST(NodeSemver, ValidatesAsItsTables) {
  DOORMAN_NEED_FIXTURES(fixtures);
  const auto valid = read_json(fixtures / "versions/node-semver/valid-versions.json");
  const auto invalid = read_json(fixtures / "versions/node-semver/invalid-versions.json");
  for (const auto& each : valid.root().items()) {
    EXPECT_TRUE(is_valid_version(VersionScheme::semver, *each.items()[0].string())) << *each.items()[0].string();
  }
  for (const auto& each : invalid.root().items()) {
    const auto version = each.items()[0].string();
    if (!version) continue;  // JavaScript values that are no text
    EXPECT_FALSE(is_valid_version(VersionScheme::semver, *version)) << *version;
  }
}

/// vers-spec's cases that its ecosystem's tool contradicts: no Maven from 3.8 puts 2-1 before 2.0.a or
/// tells 2.0.0.a from 2.0.a, and NuGet compares labels without case, so that BETA < beta2 (as OSV's table has it).
const std::map<std::string, std::size_t> allowed_vers_contradictions = {{"maven", 6}, {"nuget", 4}, {"alpine", 0}};

class VersSpec : public testing::TestWithParam<std::pair<std::string, VersionScheme>> {};

TEST_P(VersSpec, Holds) {
  DOORMAN_NEED_FIXTURES(fixtures);
  const auto& [name, scheme] = GetParam();
  const auto document = read_json(fixtures / "versions/vers-spec" / (name + "_version_cmp_test.json"));
  std::size_t cases = 0;
  std::size_t wrong = 0;
  std::string contradictions;
  for (const auto& test : document.root()["tests"].items()) {
    const auto versions = test["input"]["versions"].items();
    ASSERT_EQ(versions.size(), 2U);
    const std::string_view a = *versions[0].string();
    const std::string_view b = *versions[1].string();
    const auto order = compare_versions(scheme, a, b);
    ++cases;
    const auto expected = test["expected_output"];
    const bool right = expected.is_array() ? (expected.items()[0].string() == a ? order < 0 : order > 0)
                                           : expected.boolean() == (order == 0);
    if (right) continue;
    ++wrong;
    contradictions.append(a).append(" ").append(b).append("\n");
  }
  EXPECT_GT(cases, 20U);
  EXPECT_LE(wrong, allowed_vers_contradictions.at(name)) << contradictions;
}

INSTANTIATE_TEST_SUITE_P(Versions, VersSpec,
                         testing::Values(std::pair("alpine", VersionScheme::alpine),
                                         std::pair("maven", VersionScheme::maven),
                                         std::pair("nuget", VersionScheme::nuget)),
                         [](const auto& each) { return each.param.first; });

}  // namespace
}  // namespace doorman::derive::version

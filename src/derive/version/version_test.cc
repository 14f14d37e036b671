// SPDX-License-Identifier: Apache-2.0
#include "derive/version/version.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "base/text.h"
#include "files.h"

namespace doorman::derive::version {
namespace {

std::vector<VersionScheme> all_schemes() {
  std::vector<VersionScheme> schemes;
  schemes.reserve(version_scheme_count);
  for (std::size_t i = 0; i < version_scheme_count; ++i) schemes.push_back(static_cast<VersionScheme>(i));
  return schemes;
}

/// `a < b = c`: a version and its rank in its line. Neighbours with `=` share a rank.
struct Ranked {
  std::string version;
  int rank = 0;
};

std::vector<Ranked> parse_chain(std::string_view line) {
  std::vector<Ranked> chain;
  int rank = 0;
  const std::vector<std::string_view> words = base::split(line, ' ');
  if (words.front().empty()) chain.push_back({"", 0});  // a line may begin with the empty version
  for (const std::string_view each : words) {
    if (each == "<") ++rank;
    else if (each != "=" && !each.empty()) chain.push_back({std::string(each), rank});
  }
  return chain;
}

void expect_chain(VersionScheme scheme, const std::vector<Ranked>& chain) {
  for (const Ranked& a : chain) {
    for (const Ranked& b : chain) {
      EXPECT_EQ(compare_versions(scheme, a.version, b.version), a.rank <=> b.rank)
          << to_text(scheme) << ": '" << a.version << "' and '" << b.version << "'";
    }
  }
}

class EveryScheme : public testing::TestWithParam<VersionScheme> {
 protected:
  std::string slurp(const std::string& file) {
    return tests::slurp(tests::data_dir("version") / std::string(to_text(GetParam())) / file);
  }
};

TEST_P(EveryScheme, KeepsTheOrderOfItsTable) {
  const std::string text = slurp("order.txt");
  std::string_view rest = text;
  std::string_view line;
  std::size_t chains = 0;
  while (base::next_line(rest, line)) {
    if (line.empty() || line.front() == '#') continue;
    const std::vector<Ranked> chain = parse_chain(line);
    ASSERT_GE(chain.size(), 2U) << line;
    expect_chain(GetParam(), chain);
    ++chains;
  }
  EXPECT_GT(chains, 0U);
}

TEST_P(EveryScheme, TellsValidFromInvalid) {
  const std::string text = slurp("valid.txt");
  std::string_view rest = text;
  std::string_view line;
  std::size_t cases = 0;
  while (base::next_line(rest, line)) {
    const std::size_t space = line.find(' ');
    ASSERT_NE(space, std::string_view::npos) << line;
    const std::string_view version = line.substr(space + 1);
    EXPECT_EQ(is_valid_version(GetParam(), version), line.substr(0, space) == "yes") << "'" << version << "'";
    ++cases;
  }
  EXPECT_GT(cases, 0U);
}

/// A small generator of hostile text; the same in every run.
class Noise {
 public:
  std::string text(std::string_view alphabet, std::size_t max_size) {
    std::string result(next() % (max_size + 1), ' ');
    for (char& c : result) c = alphabet[next() % alphabet.size()];
    return result;
  }

 private:
  std::uint32_t next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::uint32_t>(state_ >> 33U);
  }
  std::uint64_t state_ = 42;
};

TEST_P(EveryScheme, IsAStrictWeakOrderOfHostileText) {
  constexpr std::string_view alphabets[] = {"01.-a", "0019.-_+~^:abprxv#@=!* \xc3\n", "01.-abdeglmnoprs"};
  Noise noise;
  std::vector<std::string> texts = {"",       "0",       "1",     "1.0",   "1-sp", "1.0-0.alpha",
                                    "1.sp.1", "1-alpha", "1.0.a", "1.ga.1"};
  for (const std::string_view alphabet : alphabets) {
    for (int i = 0; i < 60; ++i) texts.push_back(noise.text(alphabet, 9));
    for (int i = 0; i < 30; ++i) texts.push_back("1" + noise.text(alphabet, 6));
  }
  const auto less = [&](const std::string& a, const std::string& b) {
    return compare_versions(GetParam(), a, b) < 0;
  };
  std::ranges::sort(texts, less);
  // Sorted, every earlier one must be at most every later one: any circle shows as a pair that is not.
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (std::size_t j = i; j < texts.size(); ++j) {
      const auto order = compare_versions(GetParam(), texts[i], texts[j]);
      ASSERT_TRUE(order <= 0) << "'" << texts[i] << "' came before '" << texts[j] << "'";
      ASSERT_EQ(compare_versions(GetParam(), texts[j], texts[i]), 0 <=> order);
      // Equal ones must be equal to all between them.
      if (order != 0) continue;
      ASSERT_EQ(compare_versions(GetParam(), texts[i], texts[i + (j - i) / 2]), order);
    }
  }
}

TEST_P(EveryScheme, TakesLongHostileTextInItsStride) {
  constexpr std::size_t size = 64U << 10U;
  for (const std::string_view unit :
       {"0", "9", ".", "-", "a", "~", "^", "0.", "0-", "-r1", "_p", "1a", "+", "\xff", "x.", "ga."}) {
    std::string text;
    while (text.size() < size) text += unit;
    const std::string longer = text + "1";
    EXPECT_EQ(compare_versions(GetParam(), text, longer), 0 <=> compare_versions(GetParam(), longer, text));
    EXPECT_EQ(compare_versions(GetParam(), "1" + text, "1"), 0 <=> compare_versions(GetParam(), "1", "1" + text));
    EXPECT_FALSE(is_valid_version(GetParam(), text + '\0') && GetParam() != VersionScheme::maven);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, EveryScheme, testing::ValuesIn(all_schemes()),
                         [](const auto& each) { return std::string(to_text(each.param)); });

TEST(Versions, EveryPackageTypeHasItsScheme) {
  using model::PackageType;
  EXPECT_EQ(scheme_of(PackageType::deb), VersionScheme::debian);
  EXPECT_EQ(scheme_of(PackageType::apk), VersionScheme::alpine);
  EXPECT_EQ(scheme_of(PackageType::rpm), VersionScheme::rpm);
  EXPECT_EQ(scheme_of(PackageType::npm), VersionScheme::semver);
  EXPECT_EQ(scheme_of(PackageType::golang), VersionScheme::semver);
  EXPECT_EQ(scheme_of(PackageType::cargo), VersionScheme::semver);
  EXPECT_EQ(scheme_of(PackageType::pypi), VersionScheme::pep440);
  EXPECT_EQ(scheme_of(PackageType::maven), VersionScheme::maven);
  EXPECT_EQ(scheme_of(PackageType::gem), VersionScheme::rubygems);
  EXPECT_EQ(scheme_of(PackageType::composer), VersionScheme::packagist);
  EXPECT_EQ(scheme_of(PackageType::nuget), VersionScheme::nuget);
  EXPECT_EQ(scheme_of(PackageType::generic), VersionScheme::maven);
}

}  // namespace
}  // namespace doorman::derive::version

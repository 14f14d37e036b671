// SPDX-License-Identifier: Apache-2.0
// The shape that semver, nuget and pub share: numbers, a pre-release behind `-`, build metadata behind `+`.
#pragma once

#include <array>
#include <compare>
#include <string_view>

namespace doorman::derive::version {

struct SemverParts {
  std::array<std::string_view, 4> numbers;  ///< digits; missing ones are empty, which is zero
  std::string_view prerelease;              ///< without its `-`
  std::string_view build;                   ///< without its `+`
};

/// Reads any text: space, `v` and `=` before the numbers are skipped, and what is no number begins the pre-release,
/// a number too many as well.
SemverParts split_semver(std::string_view text, std::size_t max_numbers);

std::weak_ordering compare_semver_numbers(const SemverParts& a, const SemverParts& b);

using CompareText = std::weak_ordering (*)(std::string_view, std::string_view);
/// Semantic Versioning 2.0.0, section 11.4, for dot-separated identifiers; `compare_words` orders two that are no
/// numbers.
std::weak_ordering compare_identifiers(std::string_view a, std::string_view b, CompareText compare_words);
/// The same, where none at all is greater than any: a release comes after its pre-releases.
std::weak_ordering compare_prereleases(std::string_view a, std::string_view b, CompareText compare_words);

/// Section 9 and 10: dot-separated, each of letters, digits and `-`, none empty.
bool valid_identifiers(std::string_view text, bool leading_zeros);

}  // namespace doorman::derive::version

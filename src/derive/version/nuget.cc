// SPDX-License-Identifier: Apache-2.0
// NuGet.Versioning's VersionComparer (Microsoft Learn, "NuGet package version reference"): SemVer 2.0.0 with a
// fourth number, labels compared without case, metadata ignored.
#include "derive/version/scan.h"
#include "derive/version/schemes.h"
#include "derive/version/semver.h"

namespace doorman::derive::version {

std::weak_ordering compare_nuget(std::string_view a, std::string_view b) {
  const SemverParts left = split_semver(a, 4);
  const SemverParts right = split_semver(b, 4);
  if (const auto order = compare_semver_numbers(left, right); order != 0) return order;
  return compare_prereleases(left.prerelease, right.prerelease, compare_without_case);
}

bool valid_nuget(std::string_view text) {
  constexpr std::string_view max_number = "2147483647";
  Cursor cursor(trimmed(text));
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && !cursor.skip('.')) break;
    const std::string_view digits = cursor.digits();
    if (digits.empty() || compare_numbers(digits, max_number) > 0) return false;
  }
  const auto until_plus = [](char c) { return c != '+'; };
  if (cursor.skip('-') && !valid_identifiers(cursor.take_while(until_plus), true)) return false;
  if (cursor.skip('+')) return valid_identifiers(cursor.rest(), true);
  return cursor.done();
}

}  // namespace doorman::derive::version

// SPDX-License-Identifier: Apache-2.0
// Dart's pub_semver, Version.compareTo: SemVer 2.0.0, but build metadata counts: none comes before any.
#include "derive/version/scan.h"
#include "derive/version/schemes.h"
#include "derive/version/semver.h"

namespace doorman::derive::version {

std::weak_ordering compare_pub(std::string_view a, std::string_view b) {
  const SemverParts left = split_semver(a, 3);
  const SemverParts right = split_semver(b, 3);
  if (const auto order = compare_semver_numbers(left, right); order != 0) return order;
  const auto order = compare_prereleases(left.prerelease, right.prerelease, compare_text);
  return order != 0 ? order : compare_identifiers(left.build, right.build, compare_text);
}

bool valid_pub(std::string_view text) {
  Cursor cursor(text);
  for (int i = 0; i < 3; ++i) {
    if (i > 0 && !cursor.skip('.')) return false;
    if (cursor.digits().empty()) return false;
  }
  const auto until_plus = [](char c) { return c != '+'; };
  if (cursor.skip('-') && !valid_identifiers(cursor.take_while(until_plus), true)) return false;
  if (cursor.skip('+')) return valid_identifiers(cursor.rest(), true);
  return cursor.done();
}

}  // namespace doorman::derive::version

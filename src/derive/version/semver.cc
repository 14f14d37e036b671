// SPDX-License-Identifier: Apache-2.0
// Semantic Versioning 2.0.0, sections 9 to 11, and node-semver's loose reading (`v1.2.3`, ` =1.2.3`, `1.2.3beta`).
// Go's pseudo-versions are pre-releases and its `+incompatible` is build metadata, so they need no rule of their
// own.
#include "derive/version/semver.h"

#include "derive/version/scan.h"
#include "derive/version/schemes.h"

namespace doorman::derive::version {

namespace {

constexpr std::size_t max_semver_bytes = 256;                // node-semver's MAX_LENGTH
constexpr std::string_view max_number = "9007199254740991";  // and its MAX_SAFE_INTEGER

std::string_view next_identifier(std::string_view& rest) {
  const std::size_t dot = std::min(rest.find('.'), rest.size());
  const std::string_view identifier = rest.substr(0, dot);
  rest.remove_prefix(std::min(dot + 1, rest.size()));
  return identifier;
}

std::weak_ordering compare_identifier(std::string_view a, std::string_view b, CompareText compare_words) {
  const bool number_a = !a.empty() && all_digits(a);
  const bool number_b = !b.empty() && all_digits(b);
  if (number_a != number_b) return number_b <=> number_a;
  return number_a ? compare_numbers(a, b) : compare_words(a, b);
}

std::size_t count_identifiers(std::string_view text) {
  return text.empty() ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(text, '.'));
}

}  // namespace

SemverParts split_semver(std::string_view text, std::size_t max_numbers) {
  SemverParts parts;
  Cursor cursor(trimmed(text));
  cursor.take_while([](char c) { return c == 'v' || c == 'V' || c == '=' || is_space(c); });
  for (std::size_t i = 0; i < max_numbers && cursor.at_digit(); ++i) {
    parts.numbers.at(i) = cursor.digits();
    if (i + 1 < max_numbers) cursor.skip('.');
  }
  parts.prerelease = cursor.rest();
  if (const std::size_t plus = parts.prerelease.find('+'); plus != std::string_view::npos) {
    parts.build = parts.prerelease.substr(plus + 1);
    parts.prerelease = parts.prerelease.substr(0, plus);
  }
  if (parts.prerelease.starts_with('-')) parts.prerelease.remove_prefix(1);
  return parts;
}

std::weak_ordering compare_semver_numbers(const SemverParts& a, const SemverParts& b) {
  for (std::size_t i = 0; i < a.numbers.size(); ++i) {
    if (const auto order = compare_numbers(a.numbers[i], b.numbers[i]); order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

std::weak_ordering compare_identifiers(std::string_view a, std::string_view b, CompareText compare_words) {
  const std::size_t count_a = count_identifiers(a);
  const std::size_t count_b = count_identifiers(b);
  for (std::size_t i = 0; i < std::min(count_a, count_b); ++i) {
    const auto order = compare_identifier(next_identifier(a), next_identifier(b), compare_words);
    if (order != 0) return order;
  }
  return count_a <=> count_b;
}

std::weak_ordering compare_prereleases(std::string_view a, std::string_view b, CompareText compare_words) {
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  return compare_identifiers(a, b, compare_words);
}

bool valid_identifiers(std::string_view text, bool leading_zeros) {
  if (text.empty() || text.back() == '.') return false;
  while (!text.empty()) {
    const std::string_view identifier = next_identifier(text);
    if (identifier.empty()) return false;
    if (!std::ranges::all_of(identifier, [](char c) { return is_alnum(c) || c == '-'; })) return false;
    if (!leading_zeros && identifier.size() > 1 && identifier.front() == '0' && all_digits(identifier))
      return false;
  }
  return true;
}

std::weak_ordering compare_semver(std::string_view a, std::string_view b) {
  const SemverParts left = split_semver(a, 3);
  const SemverParts right = split_semver(b, 3);
  if (const auto order = compare_semver_numbers(left, right); order != 0) return order;
  return compare_prereleases(left.prerelease, right.prerelease, compare_text);
}

bool valid_semver(std::string_view text) {
  text = trimmed(text);
  if (text.size() > max_semver_bytes) return false;
  Cursor cursor(text);
  cursor.skip('v');
  for (int i = 0; i < 3; ++i) {
    if (i > 0 && !cursor.skip('.')) return false;
    const std::string_view digits = cursor.digits();
    if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return false;
    if (compare_numbers(digits, max_number) > 0) return false;
  }
  const auto until_plus = [](char c) { return c != '+'; };
  if (cursor.skip('-') && !valid_identifiers(cursor.take_while(until_plus), false)) return false;
  if (cursor.skip('+')) return valid_identifiers(cursor.rest(), true);
  return cursor.done();
}

}  // namespace doorman::derive::version

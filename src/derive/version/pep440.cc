// SPDX-License-Identifier: Apache-2.0
// PEP 440, "Summary of permitted suffixes and relative ordering" and appendix B; the keys are those of the
// packaging library's Version. What is no PEP 440 version comes before all that are, and among its like in the
// order of setuptools before PEP 440 (packaging 21's LegacyVersion).
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "derive/version/scan.h"
#include "derive/version/schemes.h"

namespace doorman::derive::version {

namespace {

/// In rising order: `1.0.dev1` (and nothing else) < `1.0a1` < `1.0b1` < `1.0rc1` < `1.0`.
enum class Phase : std::uint8_t { only_dev, alpha, beta, candidate, final };

struct Parts {
  std::string_view epoch;
  std::string_view release;
  Phase phase = Phase::final;
  std::string_view phase_number;
  std::optional<std::string_view> post, dev;
  std::string_view local;
};

bool is_separator(char c) { return c == '.' || c == '-' || c == '_'; }

void skip_separator(Cursor& cursor) {
  if (!cursor.done() && is_separator(cursor.front())) cursor.step();
}

/// `[-_.]?` word `[-_.]?` digits?: the digits, or nothing when none of the words stands here.
template <std::size_t count>
std::optional<std::pair<std::size_t, std::string_view>> take_suffix(Cursor& cursor,
                                                                    const std::string_view (&words)[count]) {
  Cursor ahead = cursor;
  skip_separator(ahead);
  for (std::size_t i = 0; i < count; ++i) {
    if (!ahead.skip_word(words[i])) continue;
    skip_separator(ahead);
    const std::string_view digits = ahead.digits();
    cursor = ahead;
    return std::pair(i, digits);
  }
  return std::nullopt;
}

/// Dots between digits.
bool take_release(Cursor& cursor, std::string_view& release) {
  const char* const start = cursor.rest().data();
  if (cursor.digits().empty()) return false;
  for (;;) {
    release = {start, static_cast<std::size_t>(cursor.rest().data() - start)};
    Cursor ahead = cursor;
    if (!ahead.skip('.') || ahead.digits().empty()) return true;
    cursor = ahead;
  }
}

void take_phase(Cursor& cursor, Parts& parts) {
  static constexpr std::string_view words[] = {"alpha", "a", "beta", "b", "preview", "pre", "rc", "c"};
  static constexpr Phase phases[] = {Phase::alpha,     Phase::alpha,     Phase::beta,      Phase::beta,
                                     Phase::candidate, Phase::candidate, Phase::candidate, Phase::candidate};
  if (const auto found = take_suffix(cursor, words)) {
    parts.phase = phases[found->first];
    parts.phase_number = found->second;
  }
}

void take_post(Cursor& cursor, Parts& parts) {
  Cursor ahead = cursor;
  if (ahead.skip('-') && ahead.at_digit()) {
    parts.post = ahead.digits();
    cursor = ahead;
    return;
  }
  static constexpr std::string_view words[] = {"post", "rev", "r"};
  if (const auto found = take_suffix(cursor, words)) parts.post = found->second;
}

bool take_local(Cursor& cursor, Parts& parts) {
  parts.local = cursor.rest();
  do {
    if (cursor.take_while(is_alnum).empty()) return false;
    if (cursor.done()) return true;
    if (!is_separator(cursor.front())) return false;
    cursor.step();
  } while (true);
}

std::optional<Parts> parse(std::string_view text) {
  Parts parts;
  Cursor cursor(trimmed(text));
  if (!cursor.skip('v')) cursor.skip('V');
  Cursor ahead = cursor;
  const std::string_view epoch = ahead.digits();
  if (!epoch.empty() && ahead.skip('!')) {
    parts.epoch = epoch;
    cursor = ahead;
  }
  if (!take_release(cursor, parts.release)) return std::nullopt;
  take_phase(cursor, parts);
  take_post(cursor, parts);
  static constexpr std::string_view dev[] = {"dev"};
  if (const auto found = take_suffix(cursor, dev)) parts.dev = found->second;
  if (parts.phase == Phase::final && !parts.post && parts.dev) parts.phase = Phase::only_dev;
  if (cursor.skip('+') && !take_local(cursor, parts)) return std::nullopt;
  if (!cursor.done()) return std::nullopt;
  return parts;
}

std::weak_ordering compare_release(std::string_view left, std::string_view right) {
  Cursor a(left);
  Cursor b(right);
  while (!a.done() || !b.done()) {
    if (const auto order = compare_numbers(a.digits(), b.digits()); order != 0) return order;
    a.skip('.');
    b.skip('.');
  }
  return std::weak_ordering::equivalent;
}

std::weak_ordering compare_local(std::string_view left, std::string_view right) {
  Cursor a(left);
  Cursor b(right);
  while (!a.done() && !b.done()) {
    const std::string_view x = a.take_while(is_alnum);
    const std::string_view y = b.take_while(is_alnum);
    const bool number = all_digits(x);
    if (number != all_digits(y)) return number <=> !number;
    if (const auto order = number ? compare_numbers(x, y) : compare_without_case(x, y); order != 0) return order;
    skip_separator(a);
    skip_separator(b);
  }
  return b.done() <=> a.done();
}

std::weak_ordering compare_parts(const Parts& a, const Parts& b) {
  if (const auto order = compare_numbers(a.epoch, b.epoch); order != 0) return order;
  if (const auto order = compare_release(a.release, b.release); order != 0) return order;
  if (a.phase != b.phase) return a.phase <=> b.phase;
  if (const auto order = compare_numbers(a.phase_number, b.phase_number); order != 0) return order;
  if (a.post.has_value() != b.post.has_value()) return a.post.has_value() <=> b.post.has_value();
  if (const auto order = compare_numbers(a.post.value_or(""), b.post.value_or("")); order != 0) return order;
  if (a.dev.has_value() != b.dev.has_value()) return b.dev.has_value() <=> a.dev.has_value();
  if (const auto order = compare_numbers(a.dev.value_or(""), b.dev.value_or("")); order != 0) return order;
  return compare_local(a.local, b.local);
}

/// The next part of a legacy version: digits, letters, `.`, `-`, or what stands between those.
std::string_view take_legacy_part(Cursor& cursor) {
  if (cursor.at('.') || cursor.at('-')) {
    const std::string_view sign = cursor.rest().substr(0, 1);
    cursor.step();
    return sign;
  }
  if (cursor.at_digit()) return cursor.digits();
  if (cursor.at_letter()) return cursor.take_while(is_letter);
  return cursor.take_while([](char c) { return !is_alnum(c) && c != '.' && c != '-'; });
}

/// A part renamed so that the order of texts is the order of versions.
std::string legacy_name(std::string_view part) {
  std::string name;
  if (is_digit(part.front())) {
    constexpr std::size_t width = 8;
    if (part.size() < width) name.assign(width - part.size(), '0');
    return name.append(part);
  }
  name = "*";
  for (const char c : part) name += lower(c);
  if (name == "*pre" || name == "*preview" || name == "*rc") return "*c";
  if (name == "*-") return "*final-";
  return name == "*dev" ? "*@" : name;
}

void append_legacy(std::vector<std::string>& key, std::string name) {
  if (name.front() == '*') {
    while (name < "*final" && !key.empty() && key.back() == "*final-") key.pop_back();
    while (!key.empty() && key.back() == "00000000") key.pop_back();
  }
  key.push_back(std::move(name));
}

std::vector<std::string> legacy_key(std::string_view text) {
  std::vector<std::string> key;
  Cursor cursor(text);
  while (!cursor.done()) {
    const std::string_view part = take_legacy_part(cursor);
    if (part != ".") append_legacy(key, legacy_name(part));
  }
  append_legacy(key, "*final");
  return key;
}

}  // namespace

std::weak_ordering compare_pep440(std::string_view a, std::string_view b) {
  const std::optional<Parts> left = parse(a);
  const std::optional<Parts> right = parse(b);
  if (left && right) return compare_parts(*left, *right);
  if (left || right) return left.has_value() <=> right.has_value();
  return legacy_key(a) <=> legacy_key(b);
}

bool valid_pep440(std::string_view text) { return parse(text).has_value(); }

}  // namespace doorman::derive::version

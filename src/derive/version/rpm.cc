// SPDX-License-Identifier: Apache-2.0
// rpm-version(7), and rpm's rpmio/rpmvercmp and rpmver (parseEVR, rpmverCmp).
#include <optional>

#include "derive/version/scan.h"
#include "derive/version/schemes.h"

namespace doorman::derive::version {

namespace {

struct Evr {
  std::string_view epoch;
  std::string_view version;
  std::optional<std::string_view> release;
};

Evr split(std::string_view text) {
  Evr evr;
  const std::size_t digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  if (digits < text.size() && text[digits] == ':') {
    evr.epoch = text.substr(0, digits);
    text.remove_prefix(digits + 1);
  }
  if (const std::size_t dash = text.rfind('-'); dash != std::string_view::npos) {
    evr.release = text.substr(dash + 1);
    text = text.substr(0, dash);
  }
  evr.version = text;
  return evr;
}

bool is_separator(char c) { return !is_alnum(c) && c != '~' && c != '^'; }

/// What stands at the front of a version, in rising order. The same kind is compared by content.
enum class Kind : std::uint8_t { tilde, end, caret, letters, digits };

Kind kind_at(const Cursor& cursor) {
  if (cursor.done()) return Kind::end;
  if (cursor.at('~')) return Kind::tilde;
  if (cursor.at('^')) return Kind::caret;
  return cursor.at_digit() ? Kind::digits : Kind::letters;
}

std::weak_ordering compare_part(std::string_view left, std::string_view right) {
  Cursor a(left);
  Cursor b(right);
  for (;;) {
    a.take_while(is_separator);
    b.take_while(is_separator);
    const Kind kind = kind_at(a);
    if (kind != kind_at(b)) return kind <=> kind_at(b);
    std::weak_ordering order = std::weak_ordering::equivalent;
    switch (kind) {
      case Kind::end:
        return order;
      case Kind::tilde:
      case Kind::caret:
        a.step();
        b.step();
        break;
      case Kind::letters:
        order = compare_text(a.take_while(is_letter), b.take_while(is_letter));
        break;
      case Kind::digits:
        order = compare_numbers(a.digits(), b.digits());
        break;
    }
    if (order != 0) return order;
  }
}

bool made_of_version_characters(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return is_alnum(c) || std::string_view("._+~^").find(c) != std::string_view::npos; });
}

}  // namespace

std::weak_ordering compare_rpm(std::string_view a, std::string_view b) {
  const Evr left = split(a);
  const Evr right = split(b);
  if (const auto order = compare_numbers(left.epoch, right.epoch); order != 0) return order;
  if (const auto order = compare_part(left.version, right.version); order != 0) return order;
  if (left.release && right.release) return compare_part(*left.release, *right.release);
  return left.release.has_value() <=> right.release.has_value();
}

bool valid_rpm(std::string_view text) {
  const Evr evr = split(text);
  return !evr.version.empty() && made_of_version_characters(evr.version) &&
         (!evr.release || (!evr.release->empty() && made_of_version_characters(*evr.release))) &&
         text.front() != ':';
}

}  // namespace doorman::derive::version

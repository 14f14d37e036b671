// SPDX-License-Identifier: Apache-2.0
// deb-version(7), and dpkg's lib/dpkg/version.c and parsehelp.c where the manual leaves a choice.
#include <array>

#include "derive/version/scan.h"
#include "derive/version/schemes.h"

namespace doorman::derive::version {

namespace {

struct Parts {
  std::string_view epoch;
  std::string_view upstream;
  std::string_view revision;
};

Parts split(std::string_view text) {
  Parts parts;
  parts.upstream = trimmed(text);
  const std::size_t digits =
      static_cast<std::size_t>(std::ranges::find_if_not(parts.upstream, is_digit) - parts.upstream.begin());
  if (digits > 0 && digits < parts.upstream.size() && parts.upstream[digits] == ':') {
    parts.epoch = parts.upstream.substr(0, digits);
    parts.upstream.remove_prefix(digits + 1);
  }
  if (const std::size_t dash = parts.upstream.rfind('-'); dash != std::string_view::npos) {
    parts.revision = parts.upstream.substr(dash + 1);
    parts.upstream = parts.upstream.substr(0, dash);
  }
  return parts;
}

/// `~` before the end, the end (and a digit) before letters, letters before everything else.
constexpr std::array<short, 256> make_weights() {
  std::array<short, 256> weights{};
  for (int c = 0; c < 256; ++c) {
    const char as_char = static_cast<char>(c);
    const int weight = is_digit(as_char) ? 0 : as_char == '~' ? -1 : is_letter(as_char) ? c : c + 256;
    weights[static_cast<std::size_t>(c)] = static_cast<short>(weight);
  }
  return weights;
}
constexpr std::array<short, 256> weights = make_weights();

int weight(const Cursor& cursor) { return cursor.done() ? 0 : weights[static_cast<unsigned char>(cursor.front())]; }

std::weak_ordering compare_part(std::string_view left, std::string_view right) {
  Cursor a(left);
  Cursor b(right);
  while (!a.done() || !b.done()) {
    for (;;) {
      const int weight_a = weight(a);
      const int weight_b = weight(b);
      if (weight_a != weight_b) return weight_a <=> weight_b;
      if (weight_a == 0) break;
      a.step();
      b.step();
    }
    if (const auto order = compare_numbers(a.digits(), b.digits()); order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

bool made_of(std::string_view text, std::string_view punctuation) {
  return std::ranges::all_of(text,
                             [&](char c) { return is_alnum(c) || punctuation.find(c) != std::string_view::npos; });
}

}  // namespace

std::weak_ordering compare_debian(std::string_view a, std::string_view b) {
  const Parts left = split(a);
  const Parts right = split(b);
  if (const auto order = compare_numbers(left.epoch, right.epoch); order != 0) return order;
  if (const auto order = compare_part(left.upstream, right.upstream); order != 0) return order;
  return compare_part(left.revision, right.revision);
}

bool valid_debian(std::string_view text) {
  text = trimmed(text);
  const Parts parts = split(text);
  constexpr std::string_view max_epoch = "2147483647";
  const bool has_revision = text.find('-') != std::string_view::npos;
  return !parts.upstream.empty() && is_digit(parts.upstream.front()) && made_of(parts.upstream, ".-+~:") &&
         compare_numbers(parts.epoch, max_epoch) <= 0 && (!has_revision || !parts.revision.empty()) &&
         made_of(parts.revision, ".+~") &&
         (!parts.epoch.empty() || parts.upstream.find(':') == std::string_view::npos);
}

}  // namespace doorman::derive::version

// SPDX-License-Identifier: Apache-2.0
#include "sink/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace doorman::sink {
namespace {

struct Range {
  char32_t first, last;
};

// The parts of Unicode's East Asian Width (W and F) and of its combining marks that names are made of.
constexpr std::array wide{
    Range{0x1100, 0x115f},   Range{0x2e80, 0x303e},   Range{0x3041, 0x33ff},   Range{0x3400, 0x4dbf},
    Range{0x4e00, 0x9fff},   Range{0xa000, 0xa4cf},   Range{0xa960, 0xa97f},   Range{0xac00, 0xd7a3},
    Range{0xf900, 0xfaff},   Range{0xfe30, 0xfe6f},   Range{0xff01, 0xff60},   Range{0xffe0, 0xffe6},
    Range{0x1f300, 0x1f64f}, Range{0x1f680, 0x1f6ff}, Range{0x1f900, 0x1f9ff}, Range{0x20000, 0x3fffd},
};
constexpr std::array zero{
    Range{0x0300, 0x036f}, Range{0x0483, 0x0489}, Range{0x0591, 0x05bd},   Range{0x0610, 0x061a},
    Range{0x064b, 0x065f}, Range{0x0e34, 0x0e3a}, Range{0x1ab0, 0x1aff},   Range{0x1dc0, 0x1dff},
    Range{0x200b, 0x200f}, Range{0x20d0, 0x20ff}, Range{0x3099, 0x309a},   Range{0xfe00, 0xfe0f},
    Range{0xfe20, 0xfe2f}, Range{0xfeff, 0xfeff}, Range{0xe0100, 0xe01ef},
};

bool contains(const auto& ranges, char32_t c) {
  const auto at = std::ranges::lower_bound(ranges, c, {}, &Range::last);
  return at != ranges.end() && at->first <= c;
}

/// The first code point of the text, as bytes; a single byte where it is no UTF-8.
std::string_view first_of(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(base::utf8_length(text), 1));
}

char32_t value_of(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead;
  char32_t value = lead & (0xffU >> (sequence.size() + 1));
  for (const char c : sequence.substr(1)) value = (value << 6U) | (static_cast<unsigned char>(c) & 0x3fU);
  return value;
}

std::size_t width_of(std::string_view sequence) {
  const char32_t value = value_of(sequence);
  if (value < 0x300) return 1;
  if (contains(zero, value)) return 0;
  return contains(wide, value) ? 2 : 1;
}

std::string_view escape_of(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::strong:
      return "\x1b[1m";
    case Style::quiet:
      return "\x1b[2m";
    case Style::good:
      return "\x1b[32m";
    case Style::warning:
      return "\x1b[33m";
    case Style::critical:
      return "\x1b[1;31m";
    case Style::high:
      return "\x1b[31m";
    case Style::medium:
      return "\x1b[33m";
    case Style::low:
      return "\x1b[36m";
  }
  return "";
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const std::string_view sequence = first_of(text);
    width += width_of(sequence);
    text.remove_prefix(sequence.size());
  }
  return width;
}

std::string cut_end(std::string_view text, std::size_t width, std::string_view ellipsis) {
  if (display_width(text) <= width) return std::string(text);
  const std::size_t mark = display_width(ellipsis);
  if (width < mark) return "";
  std::string kept;
  std::size_t used = mark;
  while (!text.empty()) {
    const std::string_view sequence = first_of(text);
    used += width_of(sequence);
    if (used > width) break;
    kept += sequence;
    text.remove_prefix(sequence.size());
  }
  return kept.append(ellipsis);
}

std::string cut_start(std::string_view text, std::size_t width, std::string_view ellipsis) {
  std::size_t left = display_width(text);
  if (left <= width) return std::string(text);
  const std::size_t mark = display_width(ellipsis);
  if (width < mark) return "";
  while (!text.empty() && left + mark > width) {
    const std::string_view sequence = first_of(text);
    left -= width_of(sequence);
    text.remove_prefix(sequence.size());
  }
  return std::string(ellipsis).append(text);
}

std::string shown(std::string_view text, bool utf8) {
  std::string clean = base::printable(text);
  if (utf8) return clean;
  std::string ascii;
  for (std::string_view rest = clean; !rest.empty();) {
    const std::string_view sequence = first_of(rest);
    ascii += sequence.size() == 1 ? sequence : "?";
    rest.remove_prefix(sequence.size());
  }
  return ascii;
}

Style style_of(model::Severity severity) {
  switch (severity) {
    case model::Severity::critical:
      return Style::critical;
    case model::Severity::high:
      return Style::high;
    case model::Severity::medium:
      return Style::medium;
    case model::Severity::low:
      return Style::low;
    case model::Severity::none:
    case model::Severity::unknown:
      return Style::quiet;
  }
  return Style::quiet;
}

void Page::put(std::string_view text, Style style) {
  if (text.empty()) return;
  text_.append(std::exchange(pending_spaces_, 0), ' ');
  const std::string_view escape = colour_ ? escape_of(style) : "";
  text_.append(escape).append(text);
  if (!escape.empty()) text_ += "\x1b[0m";
  column_ += display_width(text);
}

void Page::pad_to(std::size_t column, std::size_t gap) {
  const std::size_t spaces = std::max(column > column_ ? column - column_ : 0, gap);
  pending_spaces_ += spaces;
  column_ += spaces;
}

void Page::end_line() {
  text_ += '\n';
  pending_spaces_ = 0;
  column_ = 0;
}

std::string Page::take() { return std::move(text_); }

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array units{"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  // 999.5 would be written as 1000.
  for (; value >= 999.5 && unit + 1 < units.size(); ++unit) value /= 1000;
  const int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, digits, units[unit]);
}

}  // namespace doorman::sink

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/vulnerability.h"

namespace doorman::sink {

/// How many columns a terminal gives to the text, which has no control characters: wide East Asian
/// characters and emoji take two, combining ones none.
std::size_t display_width(std::string_view text);

/// At most `width` columns of the text, with an ellipsis in place of what is cut off. Code points stay whole.
std::string cut_end(std::string_view text, std::size_t width, std::string_view ellipsis);
std::string cut_start(std::string_view text, std::size_t width, std::string_view ellipsis);

/// What may be shown: base::printable, and for a terminal without UTF-8 every other character as `?`.
std::string shown(std::string_view text, bool utf8);

enum class Style : std::uint8_t { plain, strong, quiet, good, warning, critical, high, medium, low };
Style style_of(model::Severity severity);

/// A line that is written piece by piece and knows its column.
class Page {
 public:
  Page(bool colour, std::size_t width) : colour_(colour), width_(width) {}

  void put(std::string_view text, Style style = Style::plain);
  /// Spaces up to that column; at least `gap` of them when something stands before it.
  void pad_to(std::size_t column, std::size_t gap = 0);
  void end_line();

  [[nodiscard]] std::size_t column() const { return column_; }
  [[nodiscard]] std::size_t width() const { return width_; }
  [[nodiscard]] std::size_t room() const { return column_ < width_ ? width_ - column_ : 0; }
  [[nodiscard]] std::string take();

 private:
  bool colour_;
  std::size_t width_;
  std::size_t column_ = 0;
  std::size_t pending_spaces_ = 0;  ///< written only when something follows, so no line ends in spaces
  std::string text_;
};

/// `1,234,567`
std::string grouped(std::uint64_t number);
/// `685 MB`, in powers of 1000 with three digits.
std::string size_text(std::uint64_t bytes);

}  // namespace doorman::sink

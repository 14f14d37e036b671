// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sink/options.h"
#include "sink/terminal.h"

namespace doorman::sink {

/// The page that the table's sections are written on, one after the other. Borrows the options.
class TablePage : public Page {
 public:
  explicit TablePage(const Options& options);

  [[nodiscard]] const Options& options() const { return options_; }
  /// What may be shown: sink::shown for the terminal at hand.
  [[nodiscard]] std::string clean(std::string_view text) const { return shown(text, options_.utf8); }
  [[nodiscard]] std::string_view ellipsis() const { return options_.utf8 ? "…" : "..."; }
  [[nodiscard]] std::string_view arrow() const { return options_.utf8 ? "→" : "->"; }

  /// Puts the words one after the other and goes on at `indent` where the line is full.
  void flow(std::string_view text, std::size_t indent, Style style = Style::plain);
  /// The same behind what stands in the line already.
  void flow_on(std::string_view text, std::size_t indent, Style style = Style::plain);
  /// `  Label     value`, the value flowing in its column.
  void line(std::string_view label, std::string_view value, Style style = Style::plain);
  /// An empty line, and the heading of a section.
  void title(std::string_view text);
  /// A section of sentences; nothing where there are none.
  void sentences(std::string_view heading, const std::vector<std::string>& texts);
  /// A line that says how many more there are.
  void more_line(std::uint64_t count);

 private:
  void put_words(std::string_view text, std::size_t indent, Style style, bool first);

  const Options& options_;
};

/// `1 file`, `1,234 files`.
std::string plural(std::uint64_t count, std::string_view thing);

}  // namespace doorman::sink

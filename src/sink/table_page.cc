// SPDX-License-Identifier: Apache-2.0
#include "sink/table_page.h"

#include <fmt/format.h>

#include <algorithm>

namespace doorman::sink {
namespace {

constexpr std::size_t least_width = 40;
constexpr std::size_t label_column = 2, value_column = 12, sentence_column = 2;

}  // namespace

std::string plural(std::uint64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", grouped(count), thing, count == 1 ? "" : "s");
}

TablePage::TablePage(const Options& options)
    : Page(options.colour, std::max(options.width, least_width)), options_(options) {}

void TablePage::flow(std::string_view text, std::size_t indent, Style style) {
  put_words(text, indent, style, true);
}

void TablePage::flow_on(std::string_view text, std::size_t indent, Style style) {
  put_words(text, indent, style, false);
}

void TablePage::put_words(std::string_view text, std::size_t indent, Style style, bool first) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string word = cut_end(text.substr(0, end), width() - indent, ellipsis());
    text.remove_prefix(std::min(end + 1, text.size()));
    if (display_width(word) + (first ? 0 : 1) > room()) end_line();
    if (column() == 0) pad_to(indent);
    else if (!first) pad_to(0, 1);
    put(word, style);
    first = false;
  }
}

void TablePage::line(std::string_view label, std::string_view value, Style style) {
  pad_to(label_column);
  put(label, Style::quiet);
  pad_to(value_column, 1);
  flow(value, value_column, style);
  end_line();
}

void TablePage::title(std::string_view text) {
  end_line();
  put(text, Style::strong);
  end_line();
}

void TablePage::sentences(std::string_view heading, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  title(heading);
  for (const std::string& text : texts) {
    pad_to(sentence_column);
    flow(clean(text), sentence_column);
    end_line();
  }
}

void TablePage::more_line(std::uint64_t count) {
  pad_to(label_column);
  put(fmt::format("+{} more", grouped(count)), Style::quiet);
  end_line();
}

}  // namespace doorman::sink

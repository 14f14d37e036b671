// SPDX-License-Identifier: Apache-2.0
#include "policy/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"
#include "base/text.h"

namespace doorman::policy {
namespace {

constexpr std::size_t snippet_reach = 60;  ///< bytes shown on either side of the place

std::string file_name(const Place& place, const std::vector<SourceText>& texts) {
  if (place.file >= texts.size()) return "rules";
  return base::printable(texts[place.file].name);
}

std::string spot(const Place& place, const std::vector<SourceText>& texts) {
  return fmt::format("{}:{}:{}", file_name(place, texts), place.at.line, place.at.column);
}

bool inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
}

std::string shown(std::string_view piece) {
  std::string plain(piece);
  std::ranges::replace(plain, '\t', ' ');
  return base::printable(plain);
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

/// The line, cut to what is near the place, and a caret below the place.
std::string snippet(const Place& place, std::string_view text) {
  const std::size_t at = std::min<std::size_t>(place.at.offset, text.size());
  const std::size_t before = at == 0 ? std::string_view::npos : text.find_last_of("\r\n", at - 1);
  const std::size_t line_begin = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t line_end = std::min(text.find_first_of("\r\n", at), text.size());
  std::size_t from = at - line_begin > snippet_reach ? at - snippet_reach : line_begin;
  std::size_t to = line_end - at > snippet_reach ? at + snippet_reach : line_end;
  while (from > line_begin && inside_character(text, from)) --from;
  while (to < line_end && inside_character(text, to)) ++to;
  const std::string head = (from > line_begin ? "…" : "") + shown(text.substr(from, at - from));
  const std::string tail = shown(text.substr(at, to - at)) + (to < line_end ? "…" : "");
  const std::string number = std::to_string(place.at.line);
  return fmt::format(" {} | {}{}\n {:{}} | {:{}}^\n", number, head, tail, "", number.size(), "", width(head));
}

}  // namespace

std::string to_text(const Diagnostic& diagnostic, const std::vector<SourceText>& texts) {
  const std::string_view level = diagnostic.level == Diagnostic::Level::error ? "error" : "warning";
  const std::string message = base::printable(diagnostic.message);
  const std::string code = base::printable(diagnostic.code);
  if (diagnostic.places.empty()) return fmt::format("{}: {} [{}]\n", level, message, code);
  const Place& last = diagnostic.places.back();
  std::string told = fmt::format("{}: {}: {} [{}]\n", spot(last, texts), level, message, code);
  for (const Place& place : diagnostic.places) {
    if (&place == &last && place.name.empty() && diagnostic.places.size() > 1) break;
    told += fmt::format("  in {}{}{}: {}\n", place.kind, place.name.empty() ? "" : " ", base::printable(place.name),
                        spot(place, texts));
  }
  if (last.file < texts.size()) told += snippet(last, texts[last.file].text);
  if (!diagnostic.hint.empty()) told += fmt::format("  hint: {}\n", base::printable(diagnostic.hint));
  return told;
}

std::string hint_for(std::string_view word, const std::vector<std::string_view>& known) {
  const auto meant = base::nearest(word, known);
  return meant ? fmt::format("did you mean {}?", *meant) : std::string();
}

}  // namespace doorman::policy

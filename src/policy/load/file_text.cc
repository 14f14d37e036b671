// SPDX-License-Identifier: Apache-2.0
#include "policy/load/file_text.h"

#include <algorithm>

#include "base/text.h"

namespace doorman::policy {
namespace {

bool is_white(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

constexpr std::size_t block = 256;

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

bool may_break(char c) { return c == '\n' || c == '\r' || c == '\xc2' || c == '\xe2'; }

/// Bytes of the line break at the front, as YAML 1.1 has them, or 0.
std::size_t line_break(std::string_view text) {
  if (text.starts_with("\r\n")) return 2;
  if (text.starts_with('\n') || text.starts_with('\r')) return 1;
  if (text.starts_with("\xc2\x85")) return 2;
  return text.starts_with("\xe2\x80\xa8") || text.starts_with("\xe2\x80\xa9") ? 3 : 0;
}

/// Walks the text of a scalar in its file and the value that YAML made of it side by side. Blanks are passed over
/// in both, as folding makes other blanks of them; everything else must agree.
class ScalarWalk {
 public:
  ScalarWalk(std::string_view text, std::size_t begin) : text_(text), at_(begin) { skip_head(); }

  std::vector<std::uint32_t> offsets(std::string_view value) {
    std::vector<std::uint32_t> found(value.size());
    for (std::size_t i = 0; i < value.size();) {
      if (is_white(value[i])) {
        found[i++] = static_cast<std::uint32_t>(std::min(at_, text_.size()));
        continue;
      }
      const std::size_t end = i + std::min(step(value.substr(i)), value.size() - i);
      while (i < end) found[i++] = static_cast<std::uint32_t>(began_);
    }
    return found;
  }

 private:
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] char next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }

  void skip_head() {
    while (here() == '&' || here() == '!') {  // an anchor or a tag
      while (at_ < text_.size() && !is_white(here())) ++at_;
      while (at_ < text_.size() && is_white(here())) ++at_;
    }
    began_ = at_;
    if (here() == '*') lost_ = true;
    if (here() == '|' || here() == '>') at_ = std::min(text_.find('\n', at_), text_.size());
    if (here() == '\'' || here() == '"') quote_ = text_[at_++];
  }

  void skip_white() {
    for (;;) {
      if (at_ < text_.size() && is_white(here())) ++at_;
      else if (quote_ == '"' && here() == '\\' &&
               (is_white(next()) || next() == 'n' || next() == 't' || next() == 'r'))
        at_ += 2;
      else return;
    }
  }

  /// Passes the next thing that is no blank; how many bytes of the value it stands for.
  std::size_t step(std::string_view value) {
    if (lost_) return value.size();
    skip_white();
    began_ = std::min(at_, text_.size());
    if (quote_ == '"' && here() == '\\') {
      static constexpr std::string_view sized = "xuU";
      const std::size_t kind = sized.find(next());
      at_ += kind == std::string_view::npos ? 2 : std::size_t{4} + (kind == 0 ? 0 : kind * 4 - 2);
      return std::max<std::size_t>(base::utf8_length(value), 1);
    }
    if (here() != value[0]) lost_ = true;
    at_ += quote_ == '\'' && here() == '\'' ? 2 : 1;
    return 1;
  }

  std::string_view text_;
  std::size_t at_, began_ = 0;
  char quote_ = 0;
  bool lost_ = false;
};

void place(Term& term, const PlacedText& text) {
  term.at = text.at(term.at.offset);
  for (Term& item : term.items) place(item, text);
}

}  // namespace

FileText::FileText(std::uint32_t index, std::string_view text) : index_(index), text_(text), lines_({0}) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = may_break(text[at]) ? line_break(text.substr(at)) : 0;
    at += std::max<std::size_t>(bytes, 1);
    if (bytes != 0) lines_.push_back(static_cast<std::uint32_t>(at));
  }
  std::size_t characters = 0;
  for (std::size_t at = 0; at <= text.size(); at += block) {
    characters_.push_back(static_cast<std::uint32_t>(characters));
    characters += count_characters(text.substr(at, block));
  }
}

std::size_t FileText::characters_before(std::size_t offset) const {
  return characters_[offset / block] + count_characters(text_.substr(offset / block * block, offset % block));
}

/// How many characters lie between the two, in time that does not grow with their distance.
std::size_t FileText::characters_between(std::size_t begin, std::size_t end) const {
  if (end - begin <= block) return count_characters(text_.substr(begin, end - begin));
  return characters_before(end) - characters_before(begin);
}

/// The offset that is so many characters behind another, likewise.
std::size_t FileText::skip_characters(std::size_t begin, std::size_t count) const {
  if (count > block) {
    const std::size_t number = characters_before(begin) + count;
    const auto after = std::upper_bound(characters_.begin(), characters_.end(), number);
    const auto index = static_cast<std::size_t>(after - characters_.begin()) - 1;
    begin = index * block;
    count = number - characters_[index];
  }
  while (begin < text_.size() && (count > 0 || continues(text_[begin]))) {
    if (!continues(text_[begin])) --count;
    ++begin;
  }
  return begin;
}

Position FileText::position(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto line = std::upper_bound(lines_.begin(), lines_.end(), offset) - 1;
  return {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(line - lines_.begin() + 1),
          static_cast<std::uint32_t>(characters_between(*line, offset) + 1), index_};
}

Position FileText::line(std::size_t number) const {
  return position(lines_[std::min(std::max<std::size_t>(number, 1), lines_.size()) - 1]);
}

Position FileText::position(const base::YamlValue& node) const {
  if (node.line() == 0) return {0, 1, 1, index_};
  if (node.line() > lines_.size()) return position(text_.size());
  // YAML does not count a byte order mark.
  const std::size_t mark = node.line() == 1 && text_.starts_with("\xef\xbb\xbf") ? 1 : 0;
  return position(skip_characters(lines_[node.line() - 1], node.column() - 1 + mark));
}

std::vector<std::uint32_t> FileText::offsets_of(std::string_view value, std::size_t scalar_at) const {
  return ScalarWalk(text_, scalar_at).offsets(value);
}

PlacedText::PlacedText(std::string_view text, const FileText& file, std::size_t scalar_at)
    : text_(text), pieces_({{0, text_.size(), &file, scalar_at, {}}}) {}

Position PlacedText::at(std::size_t offset) const {
  if (pieces_.empty()) return {};
  auto piece =
      std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                       [](std::size_t wanted, const Piece& candidate) { return wanted < candidate.begin; });
  if (piece != pieces_.begin()) --piece;
  auto& offsets = piece->offsets;
  if (offsets.empty())
    offsets = piece->file->offsets_of(std::string_view(text_).substr(piece->begin, piece->bytes), piece->scalar_at);
  const std::size_t inside = offset - piece->begin;
  if (inside < offsets.size()) return piece->file->position(offsets[inside]);
  return piece->file->position(offsets.empty() ? piece->scalar_at : offsets.back() + 1);
}

void PlacedText::append(const PlacedText& more) {
  text_ += ' ';
  for (const Piece& piece : more.pieces_) {
    pieces_.push_back(piece);
    pieces_.back().begin += text_.size();
  }
  text_ += more.text_;
}

void PlacedText::trim() {
  text_ = std::string(base::trim(text_));
  for (Piece& piece : pieces_) piece.bytes = text_.size();
}

void place(Condition& condition, const PlacedText& text) {
  condition.at = text.at(condition.at.offset);
  for (Condition& part : condition.parts) place(part, text);
  if (condition.kind != Condition::Kind::check) return;
  place(condition.left, text);
  if (condition.op != Operator::exists) place(condition.right, text);
}

}  // namespace doorman::policy

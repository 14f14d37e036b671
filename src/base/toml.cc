// SPDX-License-Identifier: Apache-2.0
#include "base/toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace doorman::base {

static constexpr std::uint32_t none = 0xffffffff;

/// Children are linked, so that a node costs the same whatever it holds. Texts are ranges of TomlTree::text.
struct TomlNode {
  TomlValue::Kind kind = TomlValue::Kind::missing;
  std::uint32_t line = 0;
  std::uint32_t key_at = 0, key_size = 0;
  std::uint32_t text_at = 0, text_size = 0;
  std::uint32_t first_child = none, last_child = none, next = none;
};

struct TomlTree {
  std::string text;
  std::vector<TomlNode> nodes;
};

namespace {

using Kind = TomlValue::Kind;

struct Range {
  std::uint32_t at = 0, size = 0;
};

struct Header {
  std::vector<std::string> path;
  bool element = false;
  std::uint32_t table = none;
};

bool is_bare(char c) { return is_alpha(c) || is_digit(c) || c == '_' || c == '-'; }

class Reader {
 public:
  Reader(Bytes text, TomlTree& tree) : rest_(text), tree_(tree) {}

  Result<std::vector<Header>> read() {
    std::vector<Header> headers;
    DOORMAN_TRY(const std::uint32_t top, add(none, Kind::table));
    headers.push_back({{}, false, top});
    for (;;) {
      skip_blank_lines();
      if (rest_.empty()) return headers;
      if (peek() == '[') {
        DOORMAN_TRY(Header header, read_header());
        headers.push_back(std::move(header));
      } else {
        DOORMAN_CHECK(read_member(headers.back().table, 1));
      }
      DOORMAN_CHECK(expect_line_end());
    }
  }

 private:
  [[nodiscard]] Error invalid(std::string_view what) const {
    return {ErrorCode::invalid, fmt::format("line {}: {}", line_, what)};
  }

  [[nodiscard]] char peek(std::size_t ahead = 0) const { return ahead < rest_.size() ? rest_[ahead] : '\0'; }
  void advance(std::size_t count) { rest_.remove_prefix(count); }
  bool skip(std::string_view piece) {
    if (!rest_.starts_with(piece)) return false;
    advance(piece.size());
    return true;
  }

  void skip_spaces() {
    while (peek() == ' ' || peek() == '\t') advance(1);
  }
  void skip_comment() {
    if (peek() == '#') advance(std::min(rest_.find('\n'), rest_.size()));
  }
  void skip_blank_lines() {
    for (;;) {
      skip_spaces();
      skip_comment();
      if (!skip("\n") && !skip("\r\n")) return;
      ++line_;
    }
  }
  Status expect_line_end() {
    skip_spaces();
    skip_comment();
    if (rest_.empty() || peek() == '\n' || rest_.starts_with("\r\n")) return {};
    return invalid("expected the end of the line");
  }

  Result<std::uint32_t> add(std::uint32_t parent, Kind kind, Range key = {}) {
    if (tree_.nodes.size() >= TomlDocument::max_values) {
      return Error(ErrorCode::limit,
                   fmt::format("line {}: TOML with more than {} values", line_, TomlDocument::max_values));
    }
    const auto index = static_cast<std::uint32_t>(tree_.nodes.size());
    TomlNode node;
    node.kind = kind;
    node.line = line_;
    node.key_at = key.at;
    node.key_size = key.size;
    tree_.nodes.push_back(node);
    if (parent == none) return index;
    TomlNode& owner = tree_.nodes[parent];
    (owner.last_child == none ? owner.first_child : tree_.nodes[owner.last_child].next) = index;
    owner.last_child = index;
    return index;
  }

  [[nodiscard]] Status check_depth(std::size_t depth) const {
    if (depth <= TomlDocument::max_depth) return {};
    return Error(ErrorCode::limit,
                 fmt::format("line {}: TOML nested deeper than {} levels", line_, TomlDocument::max_depth));
  }

  Result<Header> read_header() {
    if (++sections_ >= TomlDocument::max_sections) {
      return Error(ErrorCode::limit,
                   fmt::format("line {}: TOML with more than {} sections", line_, TomlDocument::max_sections));
    }
    Header header;
    header.element = rest_.starts_with("[[");
    const std::string_view closing = header.element ? "]]" : "]";
    advance(closing.size());
    DOORMAN_TRY(const std::vector<Range> keys, read_key());
    for (const Range key : keys) {
      header.path.push_back(tree_.text.substr(key.at, key.size));
    }
    if (!skip(closing)) return invalid("expected the end of the table's header");
    DOORMAN_TRY(header.table, add(none, Kind::table));
    return header;
  }

  /// The parts of a dotted key, with the spaces around them.
  Result<std::vector<Range>> read_key() {
    std::vector<Range> parts;
    for (;;) {
      skip_spaces();
      DOORMAN_CHECK(check_depth(parts.size() + 1));
      if (peek() == '"' || peek() == '\'') {
        DOORMAN_TRY(const Range part, read_quoted());
        parts.push_back(part);
      } else {
        std::size_t size = 0;
        while (is_bare(peek(size))) ++size;
        if (size == 0) return invalid("expected a key");
        parts.push_back(keep(rest_.substr(0, size)));
        advance(size);
      }
      skip_spaces();
      if (!skip(".")) return parts;
    }
  }

  Status read_member(std::uint32_t table, std::size_t depth) {
    DOORMAN_TRY(const std::vector<Range> keys, read_key());
    if (!skip("=")) return invalid("expected = after the key");
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
      DOORMAN_TRY(table, add(table, Kind::table, keys[i]));
    }
    return read_value(table, keys.back(), depth + keys.size() - 1);
  }

  // Recursion ends at max_depth.
  Status read_value(std::uint32_t parent, Range key, std::size_t depth) {  // NOLINT(misc-no-recursion)
    DOORMAN_CHECK(check_depth(depth));
    skip_spaces();
    switch (peek()) {
      case '"':
      case '\'': {
        DOORMAN_TRY(const std::uint32_t node, add(parent, Kind::string, key));
        DOORMAN_TRY(const Range text, read_string());
        set_text(node, text);
        return {};
      }
      case '[':
        return read_array(parent, key, depth);
      case '{':
        return read_inline_table(parent, key, depth);
      default:
        return read_literal(parent, key);
    }
  }

  Status read_array(std::uint32_t parent, Range key, std::size_t depth) {  // NOLINT(misc-no-recursion)
    DOORMAN_TRY(const std::uint32_t array, add(parent, Kind::array, key));
    advance(1);
    for (;;) {
      skip_blank_lines();
      if (skip("]")) return {};
      DOORMAN_CHECK(read_value(array, {}, depth + 1));
      skip_blank_lines();
      if (!skip(",") && peek() != ']') return invalid("expected , or ] in an array");
    }
  }

  Status read_inline_table(std::uint32_t parent, Range key, std::size_t depth) {  // NOLINT(misc-no-recursion)
    DOORMAN_TRY(const std::uint32_t table, add(parent, Kind::table, key));
    advance(1);
    for (;;) {
      skip_blank_lines();
      if (skip("}")) return {};
      DOORMAN_CHECK(read_member(table, depth + 1));
      skip_blank_lines();
      if (!skip(",") && peek() != '}') return invalid("expected , or } in an inline table");
    }
  }

  Status read_literal(std::uint32_t parent, Range key) {
    const std::string_view written = trim(rest_.substr(0, rest_.find_first_of(",]}#\r\n")));
    if (written.empty()) return invalid("expected a value");
    DOORMAN_TRY(const std::uint32_t node, add(parent, Kind::literal, key));
    set_text(node, keep(written));
    advance(written.size());
    return {};
  }

  Result<Range> read_string() {
    if (rest_.starts_with("\"\"\"") || rest_.starts_with("'''")) return read_multi_line();
    return read_quoted();
  }

  Result<Range> read_quoted() {
    const char quote = peek();
    advance(1);
    return read_until({&quote, 1}, quote == '"');
  }

  Result<Range> read_multi_line() {
    const std::string_view quotes = peek() == '"' ? "\"\"\"" : "'''";
    advance(quotes.size());
    if (skip("\n") || skip("\r\n")) ++line_;
    return read_until(quotes, quotes[0] == '"');
  }

  Result<Range> read_until(std::string_view quotes, bool escapes) {
    const auto start = static_cast<std::uint32_t>(tree_.text.size());
    const bool many_lines = quotes.size() == 3;
    for (;;) {
      if (rest_.empty()) return Error(ErrorCode::truncated, fmt::format("line {}: a string without end", line_));
      const char c = peek();
      if (rest_.starts_with(quotes)) {
        // Up to two quotes may stand directly before the closing three.
        if (many_lines && peek(3) == c) {
          tree_.text.push_back(c);
          advance(1);
          continue;
        }
        advance(quotes.size());
        return Range{start, static_cast<std::uint32_t>(tree_.text.size()) - start};
      }
      if (c == '\n') {
        if (!many_lines) return invalid("a string without end");
        ++line_;
      }
      if (escapes && c == '\\') {
        DOORMAN_CHECK(read_escape(many_lines));
        continue;
      }
      tree_.text.push_back(c);
      advance(1);
    }
  }

  Status read_escape(bool many_lines) {
    static constexpr std::string_view letters = "btnfr\"\\";
    static constexpr std::string_view meanings = "\b\t\n\f\r\"\\";
    advance(1);
    const char letter = peek();
    if (const std::size_t at = letters.find(letter); at != std::string_view::npos && !rest_.empty()) {
      tree_.text.push_back(meanings[at]);
      advance(1);
      return {};
    }
    if (letter == 'u' || letter == 'U') return read_code_point(letter == 'u' ? 4 : 8);
    if (!many_lines) return invalid("an unknown escape in a string");
    // A backslash at the end of a line takes the blank space up to the next text away.
    DOORMAN_CHECK(only_blank_before_line_end());
    while (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n') {
      if (peek() == '\n') ++line_;
      advance(1);
    }
    return {};
  }

  [[nodiscard]] Status only_blank_before_line_end() const {
    const std::size_t end = rest_.find_first_not_of(" \t\r");
    if (end != std::string_view::npos && rest_[end] != '\n') return invalid("an unknown escape in a string");
    return {};
  }

  Status read_code_point(std::size_t digits) {
    advance(1);
    std::uint32_t code = 0;
    const std::string_view written = rest_.substr(0, digits);
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), code, 16);
    const bool scalar = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    if (written.size() != digits || error != std::errc() || end != written.data() + digits || !scalar) {
      return invalid("an escape that is no Unicode character");
    }
    append_utf8(tree_.text, code);
    advance(digits);
    return {};
  }

  Range keep(std::string_view text) {
    const Range range{static_cast<std::uint32_t>(tree_.text.size()), static_cast<std::uint32_t>(text.size())};
    tree_.text += text;
    return range;
  }
  void set_text(std::uint32_t node, Range text) {
    tree_.nodes[node].text_at = text.at;
    tree_.nodes[node].text_size = text.size;
  }

  Bytes rest_;
  TomlTree& tree_;
  std::uint32_t line_ = 1;
  std::size_t sections_ = 0;
};

}  // namespace

TomlDocument::TomlDocument(std::unique_ptr<const TomlTree> tree, std::vector<TomlSection> sections)
    : tree_(std::move(tree)), sections_(std::move(sections)) {}
TomlDocument::TomlDocument(TomlDocument&&) noexcept = default;
TomlDocument& TomlDocument::operator=(TomlDocument&&) noexcept = default;
TomlDocument::~TomlDocument() = default;

Result<TomlDocument> TomlDocument::parse(Bytes text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.size() > max_bytes) return Error(ErrorCode::limit, "TOML text over the limit of 32 MiB");
  auto tree = std::make_unique<TomlTree>();
  DOORMAN_TRY(std::vector<Header> headers, Reader(text, *tree).read());
  std::vector<TomlSection> sections;
  sections.reserve(headers.size());
  for (Header& header : headers) {
    sections.push_back({std::move(header.path), header.element, TomlValue(tree.get(), header.table)});
  }
  return TomlDocument(std::move(tree), std::move(sections));
}

const TomlNode& TomlValue::node() const {
  static constexpr TomlNode nowhere;
  return tree_ == nullptr ? nowhere : tree_->nodes[index_];
}

TomlValue::Kind TomlValue::kind() const { return node().kind; }
std::size_t TomlValue::line() const { return node().line; }

std::optional<std::string_view> TomlValue::string() const {
  if (kind() != Kind::string) return std::nullopt;
  return std::string_view(tree_->text).substr(node().text_at, node().text_size);
}

std::optional<std::string_view> TomlValue::literal() const {
  if (kind() != Kind::literal) return std::nullopt;
  return std::string_view(tree_->text).substr(node().text_at, node().text_size);
}

TomlValue TomlValue::operator[](std::string_view key) const {
  if (!is_table()) return {};
  for (std::uint32_t child = node().first_child; child != none; child = tree_->nodes[child].next) {
    const TomlNode& member = tree_->nodes[child];
    if (std::string_view(tree_->text).substr(member.key_at, member.key_size) == key) return {tree_, child};
  }
  return {};
}

std::vector<TomlValue> TomlValue::items() const {
  std::vector<TomlValue> items;
  if (!is_array()) return items;
  for (std::uint32_t child = node().first_child; child != none; child = tree_->nodes[child].next) {
    items.push_back(TomlValue(tree_, child));
  }
  return items;
}

std::vector<TomlValue::Member> TomlValue::members() const {
  std::vector<Member> members;
  if (!is_table()) return members;
  for (std::uint32_t child = node().first_child; child != none; child = tree_->nodes[child].next) {
    const TomlNode& member = tree_->nodes[child];
    members.push_back(
        {std::string_view(tree_->text).substr(member.key_at, member.key_size), TomlValue(tree_, child)});
  }
  return members;
}

}  // namespace doorman::base

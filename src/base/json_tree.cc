// SPDX-License-Identifier: Apache-2.0
#include "base/json_tree.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/json_plain.h"
#include "base/text.h"

namespace doorman::base {
namespace {

enum class Wrong : std::uint8_t { structure, string, number, word, utf8, control, unclosed, empty, depth };

Error error_of(Wrong wrong) {
  const auto invalid = [](std::string_view what) {
    return Error(ErrorCode::invalid, "JSON: " + std::string(what));
  };
  switch (wrong) {
    case Wrong::structure:
      return invalid("a comma, colon or bracket is missing, or one too many is there");
    case Wrong::string:
      return invalid("a string has an escape that there is not");
    case Wrong::number:
      return invalid("a number that is none");
    case Wrong::word:
      return invalid("a word that is neither true, false nor null");
    case Wrong::utf8:
      return invalid("it is no UTF-8");
    case Wrong::control:
      return invalid("a control character stands in a string");
    case Wrong::unclosed:
      return invalid("a string has no end");
    case Wrong::empty:
      return invalid("there is nothing");
    case Wrong::depth:
      return {ErrorCode::limit, "JSON nested deeper than " + std::to_string(JsonDocument::max_depth) + " levels"};
  }
  return invalid("");
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool ends_word(char c) {
  return is_blank(c) || c == ',' || c == ':' || c == '[' || c == ']' || c == '{' || c == '}';
}

/// What does not hold of the whole text, whatever its structure is: that is told before anything else.
std::optional<Wrong> wrong_bytes(std::string_view text) {
  bool in_string = false, has_control = false, is_utf8 = true;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x80) {
      const std::size_t length = utf8_length(text.substr(at));
      is_utf8 = is_utf8 && length != 0;
      at += std::max<std::size_t>(length, 1);
      continue;
    }
    if (c == '"') in_string = !in_string;
    else if (c < 0x20 && in_string) has_control = true;
    // Whatever is escaped is looked at with its string. A control character may not be, nor half of a letter.
    const bool escapes = c == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
    at += escapes ? 2 : 1;
  }
  if (in_string) return Wrong::unclosed;
  if (has_control) return Wrong::control;
  if (!is_utf8) return Wrong::utf8;
  return std::nullopt;
}

}  // namespace

class JsonTreeParser {
 public:
  explicit JsonTreeParser(std::string_view text) : text_(text) {
    tree_.nodes_.reserve(text.size() / 8 + 1);
    tree_.texts_.reserve(text.size());
  }

  Result<JsonTree> parse() {
    read();
    if (!wrong_) return std::move(tree_);
    return error_of(wrong_bytes(text_).value_or(*wrong_));
  }

 private:
  using Kind = JsonTree::Kind;

  void read() {
    skip_blanks();
    if (at_ == text_.size()) return fail(Wrong::empty);
    if (is_open_at_end()) return fail(Wrong::structure);
    read_value();
    while (!wrong_ && !open_.empty()) read_next();
    skip_blanks();
    if (at_ != text_.size()) fail(Wrong::structure);
  }

  void fail(Wrong wrong) {
    if (!wrong_) wrong_ = wrong;
  }

  /// NUL at the end; a NUL in the text is at home nowhere outside of strings either.
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() {
    while (is_blank(peek())) ++at_;
  }

  bool take(char c) {
    skip_blanks();
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  /// Whether the text does not even end as its beginning asks for.
  [[nodiscard]] bool is_open_at_end() const {
    const char last = text_[text_.find_last_not_of(" \t\n\r")];
    return (peek() == '{' && last != '}') || (peek() == '[' && last != ']');
  }

  void add(Kind kind, std::uint64_t bits, std::size_t size = 0) {
    tree_.nodes_.push_back({kind, static_cast<std::uint32_t>(size), bits});
  }

  /// The end of the innermost array or object that is open, or what it holds next.
  void read_next() {
    JsonTree::Node& container = tree_.nodes_[open_.back()];
    const bool is_object = container.kind == Kind::object;
    if (take(is_object ? '}' : ']')) {
      container.bits = tree_.nodes_.size();
      open_.pop_back();
      return;
    }
    if (container.size++ != 0 && !take(',')) return fail(Wrong::structure);
    if (is_object) {
      if (!take('"')) return fail(Wrong::structure);
      read_string();
      if (!wrong_ && !take(':')) return fail(Wrong::structure);
    }
    if (!wrong_) read_value();
  }

  void read_value() {
    skip_blanks();
    const char c = peek();
    if (c == '"') {
      ++at_;
      return read_string();
    }
    if (c == '{' || c == '[') return open(c == '{' ? Kind::object : Kind::array);
    if (c == '-' || is_digit(c)) return read_number();
    if (c == 't') return read_word("true", Kind::boolean, 1);
    if (c == 'f') return read_word("false", Kind::boolean, 0);
    if (c == 'n') return read_word("null", Kind::null, 0);
    fail(Wrong::structure);
  }

  /// An empty one adds no depth.
  void open(Kind kind) {
    ++at_;
    add(kind, tree_.nodes_.size() + 1);
    skip_blanks();
    if (take(kind == Kind::object ? '}' : ']')) return;
    open_.push_back(tree_.nodes_.size() - 1);
    if (open_.size() >= JsonDocument::max_depth) fail(Wrong::depth);
  }

  void read_word(std::string_view word, Kind kind, std::uint64_t bits) {
    if (!text_.substr(at_).starts_with(word)) return fail(Wrong::word);
    at_ += word.size();
    if (at_ < text_.size() && !ends_word(peek())) return fail(Wrong::word);
    add(kind, bits);
  }

  /// False where there is none.
  bool skip_digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ != begin;
  }

  void read_number() {
    const std::size_t begin = at_;
    if (peek() == '-') ++at_;
    const std::size_t first = at_;
    bool sound = skip_digits() && (text_[first] != '0' || at_ == first + 1), is_real = false;
    if (sound && peek() == '.') {
      ++at_;
      is_real = true;
      sound = skip_digits();
    }
    if (sound && (peek() == 'e' || peek() == 'E')) {
      ++at_;
      is_real = true;
      if (peek() == '+' || peek() == '-') ++at_;
      sound = skip_digits();
    }
    if (!sound || (at_ < text_.size() && !ends_word(peek()))) return fail(Wrong::number);
    const std::string_view number = text_.substr(begin, at_ - begin);
    if (is_real) add_real(number);
    else add_integer(number);
  }

  void add_integer(std::string_view number) {
    const char* const begin = number.data();
    const char* const end = begin + number.size();
    std::int64_t integer = 0;
    std::uint64_t natural = 0;
    if (std::from_chars(begin, end, integer).ec == std::errc()) {
      add(Kind::integer, static_cast<std::uint64_t>(integer));
    } else if (std::from_chars(begin, end, natural).ec == std::errc()) {
      add(Kind::natural, natural);
    } else {
      fail(Wrong::number);
    }
  }

  /// What is too small for a double is 0, what is too large is an error.
  void add_real(std::string_view number) {
    const double real = std::strtod(std::string(number).c_str(), nullptr);  // nobody here sets a locale
    if (!std::isfinite(real)) return fail(Wrong::number);
    add(Kind::real, std::bit_cast<std::uint64_t>(real));
  }

  /// From behind its quote to behind the other one.
  void read_string() {
    constexpr char del = 0x7f;
    std::string& into = tree_.texts_;
    const std::size_t begin = into.size();
    for (;;) {
      const std::string_view plain = text_.substr(at_, plain_json_bytes(text_.substr(at_)));
      into += plain;
      at_ += plain.size();
      const char c = peek();
      if (c != '"' && c != '\\' && c != del) return fail(Wrong::string);
      ++at_;
      if (c == '"') break;
      if (c == del) into += del;
      else if (!read_escape(into)) return fail(Wrong::string);
    }
    add(Kind::string, begin, into.size() - begin);
  }

  bool read_escape(std::string& into) {
    constexpr std::string_view names = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    const char c = peek();
    ++at_;
    if (c == 'u') return read_code_point(into);
    const std::size_t which = names.find(c);
    if (which == names.npos) return false;
    into += meant[which];
    return true;
  }

  std::optional<std::uint32_t> read_hex() {
    std::uint32_t number = 0;
    const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    if (wrong != std::errc() || end != digits.data() + 4) return std::nullopt;
    at_ += 4;
    return number;
  }

  bool read_code_point(std::string& into) {
    const auto first = read_hex();
    if (!first) return false;
    if (*first < 0xd800 || *first > 0xdfff) {
      append_utf8(into, *first);
      return true;
    }
    if (*first > 0xdbff || !text_.substr(at_).starts_with("\\u")) return false;
    at_ += 2;
    const auto second = read_hex();
    if (!second || *second < 0xdc00 || *second > 0xdfff) return false;
    append_utf8(into, 0x10000 + ((*first - 0xd800) << 10U) + (*second - 0xdc00));
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  JsonTree tree_;
  std::vector<std::size_t> open_;
  std::optional<Wrong> wrong_;
};

Result<JsonTree> JsonTree::parse(Bytes text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.empty()) return Error(ErrorCode::invalid, "JSON: empty");
  if (text.size() > JsonDocument::max_bytes) return Error(ErrorCode::limit, "JSON text over the limit of 512 MiB");
  return JsonTreeParser(text).parse();
}

}  // namespace doorman::base

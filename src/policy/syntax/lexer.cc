// SPDX-License-Identifier: Apache-2.0
// The tokens of falcosecurity/libs userspace/libsinsp/filter/parser.h, found without regular expressions.
#include "policy/syntax/lexer.h"

#include <fmt/format.h>

#include "base/text.h"

namespace doorman::policy {
namespace {

constexpr std::string_view blanks = " \t\b\r\n";
constexpr std::string_view white_space = " \t\n\v\f\r";

bool is_one_of(std::string_view set, char c) {
  for (const char candidate : set) {  // find() calls a function, which is slower for so few
    if (candidate == c) return true;
  }
  return false;
}
bool is_word(char c) { return base::is_alpha(c) || base::is_digit(c) || c == '_'; }

std::size_t identifier_length(std::string_view text) {
  if (text.empty() || !base::is_alpha(text[0])) return 0;
  std::size_t length = 1;
  while (length < text.size() && is_word(text[length])) ++length;
  return length;
}

std::size_t digits_from(std::string_view text, std::size_t from) {
  while (from < text.size() && base::is_digit(text[from])) ++from;
  return from;
}

bool is_hex(char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::size_t hex_length(std::string_view text) {
  if (!text.starts_with("0x") && !text.starts_with("0X")) return 0;
  std::size_t length = 2;
  while (length < text.size() && is_hex(text[length])) ++length;
  return length == 2 ? 0 : length;
}

std::size_t decimal_length(std::string_view text) {
  const std::size_t sign = text.starts_with('+') || text.starts_with('-') ? 1 : 0;
  std::size_t length = digits_from(text, sign);
  if (length == sign) return 0;
  if (length < text.size() && text[length] == '.') length = digits_from(text, length + 1);
  const std::string_view tail = text.substr(length);
  if (tail.size() > 2 && is_one_of("eE", tail[0]) && is_one_of("+-", tail[1]) && base::is_digit(tail[2]))
    length = digits_from(text, length + 2);
  return length;
}

unsigned hex_value(char c) {
  if (base::is_digit(c)) return static_cast<unsigned>(c - '0');
  return static_cast<unsigned>((c | 0x20) - 'a') + 10U;
}

struct Escape {
  std::string message;  ///< empty when the escape is sound
  char meant = 0;
  std::size_t bytes = 1;  ///< after the backslash
};

/// `rest` begins after the backslash and ends before the closing quote.
Escape read_escape(std::string_view rest, char quote) {
  switch (const char c = rest.front()) {
    case 'b':
      return {"", '\b'};
    case 'f':
      return {"", '\f'};
    case 'n':
      return {"", '\n'};
    case 'r':
      return {"", '\r'};
    case 't':
      return {"", '\t'};
    case ' ':  // an old rule of Falco's wrote a backslash like this, and it has stayed
    case '\\':
      return {"", '\\'};
    case '/':
      return {"", '/'};
    case '"':
    case '\'':
      if (c == quote) return {"", c};
      return {fmt::format("invalid \\{} escape in {}-quoted string", c, quote)};
    case 'x':
      if (rest.size() < 3) return {"truncated hex char escape sequence"};
      if (!is_hex(rest[1]) || !is_hex(rest[2]))
        return {fmt::format("invalid hex char escape sequence: {}", base::printable(rest.substr(1, 2)))};
      return {"", static_cast<char>((hex_value(rest[1]) << 4U) | hex_value(rest[2])), 3};
    default:
      return {fmt::format("unsupported string escape sequence: \\{}", base::printable(rest.substr(0, 1)))};
  }
}

}  // namespace

void Lexer::move(std::size_t bytes) {
  for (const char c : text_.substr(at_.offset, bytes)) {
    if (c == '\n') {
      ++at_.line;
      at_.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) {
      ++at_.column;
    }
  }
  at_.offset += static_cast<std::uint32_t>(bytes);
}

std::string_view Lexer::take(std::size_t bytes) {
  if (bytes == 0) return {};
  last_ = text_.substr(at_.offset, bytes);
  move(bytes);
  return last_;
}

bool Lexer::blank() {
  const std::size_t end = text_.find_first_not_of(blanks, at_.offset);
  const std::size_t bytes = (end == std::string_view::npos ? text_.size() : end) - at_.offset;
  move(bytes);
  return bytes != 0;
}

bool Lexer::exactly(std::string_view token) {
  if (!rest().starts_with(token)) return false;
  take(token.size());
  return true;
}

bool Lexer::word(std::string_view token) {
  const std::string_view here = rest();
  if (!here.starts_with(token) || here.size() == token.size() || !is_one_of(blanks, here[token.size()]))
    return false;
  take(token.size());
  return blank();
}

bool Lexer::negation() {
  const std::string_view here = rest();
  if (!here.starts_with("not")) return false;
  std::size_t length = 3;
  while (length < here.size() && is_one_of(white_space, here[length])) ++length;
  if (length == 3) return false;
  take(length);
  last_ = "not";
  return true;
}

std::string_view Lexer::identifier() { return take(identifier_length(rest())); }

std::string_view Lexer::field_name() {
  const std::string_view here = rest();
  std::size_t length = identifier_length(here);
  if (length == 0) return {};
  bool dotted = false;
  while (length < here.size() && here[length] == '.') {
    const std::size_t next = identifier_length(here.substr(length + 1));
    if (next == 0) break;
    length += 1 + next;
    dotted = true;
  }
  return dotted ? take(length) : std::string_view();
}

std::string_view Lexer::bare(std::string_view delimiters) {
  const std::string_view here = rest();
  std::size_t length = 0;
  while (length < here.size() && !is_one_of(white_space, here[length]) && !is_one_of(delimiters, here[length])) {
    const std::size_t character = base::utf8_length(here.substr(length));
    if (character == 0) break;
    length += character;
  }
  return take(length);
}

std::string_view Lexer::bare_string() { return bare("()\"'=,"); }
std::string_view Lexer::bare_argument() { return bare("[]\"'"); }

std::string_view Lexer::number() {
  const std::size_t hex = hex_length(rest());
  return take(hex != 0 ? hex : decimal_length(rest()));
}

std::optional<std::string> Lexer::quoted_string(std::optional<SyntaxError>& broken) {
  const std::string_view here = rest();
  if (here.empty() || (here[0] != '"' && here[0] != '\'')) return std::nullopt;
  // A quote ends the string unless a backslash stands before it, be that one escaped or not: so says Falco.
  std::size_t end = 1;
  while (end < here.size() && here[end] != '\0' && (here[end] != here[0] || here[end - 1] == '\\')) ++end;
  if (end >= here.size() || here[end] != here[0]) return std::nullopt;
  const std::string_view inside = here.substr(1, end - 1);
  std::string plain;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\') {
      plain += inside[i];
      continue;
    }
    if (i + 1 == inside.size()) break;
    const Escape escape = read_escape(inside.substr(i + 1), here[0]);
    if (!escape.message.empty()) {
      move(i + 1);
      broken = {escape.message, "", at_};
      return std::nullopt;
    }
    plain += escape.meant;
    i += escape.bytes;
  }
  take(end + 1);
  last_ = inside;
  return plain;
}

}  // namespace doorman::policy

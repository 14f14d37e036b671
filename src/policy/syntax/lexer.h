// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "policy/syntax/condition.h"

namespace doorman::policy {

/// Takes a condition's text apart, where the parser asks. Each function either takes what it names, and is then
/// past it, or leaves everything as it was. The text must outlive it.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  [[nodiscard]] const Position& at() const { return at_; }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_.offset); }
  [[nodiscard]] bool at_end() const { return at_.offset == text_.size(); }
  /// The token that was taken last, for messages.
  [[nodiscard]] std::string_view last() const { return last_; }

  /// Whether there was any blank: space, tab, backspace, carriage return, line feed.
  bool blank();
  bool exactly(std::string_view token);
  /// A word with a blank behind it; takes both.
  bool word(std::string_view token);
  /// `not` and the white space behind it.
  bool negation();

  std::string_view identifier();     ///< `spawned_process`; empty when there is none, as all of these
  std::string_view field_name();     ///< `proc.name`: identifiers with dots between them
  std::string_view bare_string();    ///< up to a blank, quote, parenthesis, comma or `=`
  std::string_view bare_argument();  ///< what may stand in brackets without quotes
  std::string_view number();         ///< decimal with fraction and exponent, or hexadecimal

  /// A string in quotes, without them and with its escapes resolved. Nothing when there is none or it does not end;
  /// with `broken` set when it has a wrong escape.
  std::optional<std::string> quoted_string(std::optional<SyntaxError>& broken);

  void go_back(const Position& to, std::string_view last) {
    at_ = to;
    last_ = last;
  }

 private:
  std::string_view take(std::size_t bytes);
  void move(std::size_t bytes);
  std::string_view bare(std::string_view delimiters);

  std::string_view text_, last_;
  Position at_;
};

}  // namespace doorman::policy

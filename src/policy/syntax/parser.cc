// SPDX-License-Identifier: Apache-2.0
// A recursive descent over the grammar of falcosecurity/libs userspace/libsinsp/filter/parser.h. Where that parser
// takes something odd (`a.b in()`, `not not a` as `a`), so does this one; its calls are counted alike, so that the
// same depth is too deep.
#include <fmt/format.h>

#include <array>

#include "base/nearest.h"
#include "base/text.h"
#include "policy/syntax/condition.h"
#include "policy/syntax/lexer.h"

namespace doorman::policy {
namespace {

constexpr std::array number_operators = {Operator::less_equal, Operator::less, Operator::greater_equal,
                                         Operator::greater};
constexpr std::array symbol_operators = {Operator::equal2, Operator::equal, Operator::unequal};
constexpr std::array word_operators = {Operator::glob,        Operator::iglob,     Operator::contains,
                                       Operator::icontains,   Operator::bcontains, Operator::startswith,
                                       Operator::bstartswith, Operator::endswith,  Operator::regex};
constexpr std::array list_operators = {Operator::intersects, Operator::in, Operator::pmatch};
constexpr std::array modifiers = {Modifier::oneof, Modifier::anyof, Modifier::allof};

std::string quoted_list(const std::vector<std::string_view>& names) {
  std::string listed;
  for (const std::string_view name : names) {
    if (!listed.empty()) listed += ", ";
    listed.append("'").append(name).append("'");
  }
  return listed;
}

class Parser {
 public:
  Parser(std::string_view text, const ParseOptions& options) : lexer_(text), options_(options) {}

  ParsedCondition condition() {
    Condition whole;
    if (lexer_.at_end()) fail("filter input string is empty");
    else if (parse_or(whole) && !lexer_.at_end()) fail_at_junk();
    if (error_) return {std::nullopt, std::move(error_)};
    return {std::move(whole), std::nullopt};
  }

  ParsedTerm term() {
    Term read;
    if (!left_term(read)) fail("expected a field or a transformer");
    if (error_) return {std::nullopt, std::move(error_), 0};
    return {std::move(read), std::nullopt, lexer_.at().offset};
  }

  std::optional<Term> literal() {
    Term read;
    if (!text_value(read) || !lexer_.at_end()) return std::nullopt;
    return read;
  }

 private:
  class Depth {
   public:
    explicit Depth(Parser& parser) : parser_(parser) {
      const std::size_t most = parser.options_.max_depth;
      if (++parser.depth_ >= most) parser.fail(fmt::format("exceeded max depth limit of {}", most));
    }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    ~Depth() { --parser_.depth_; }
    [[nodiscard]] bool too_deep() const { return parser_.error_.has_value(); }

   private:
    Parser& parser_;
  };

  /// The first one counts; false, so that it can be returned.
  bool fail(std::string message, std::string hint = "") {
    if (!error_) error_ = SyntaxError{std::move(message), std::move(hint), lexer_.at()};
    return false;
  }

  // ---- conditions

  bool parse_or(Condition& made) {
    return parse_joined(made, Condition::Kind::any, "or", [this](Condition& part) { return parse_and(part); });
  }
  bool parse_and(Condition& made) {
    return parse_joined(made, Condition::Kind::all, "and", [this](Condition& part) { return parse_not(part); });
  }

  template <typename ParsePart>
  bool parse_joined(Condition& made, Condition::Kind kind, std::string_view word, ParsePart&& parse_part) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    lexer_.blank();
    const Position begin = lexer_.at();
    if (!parse_part(made)) return false;
    lexer_.blank();
    if (!lexer_.exactly(word)) return true;
    Condition whole;
    whole.kind = kind;
    whole.at = begin;
    whole.parts.push_back(std::move(made));
    do {
      Condition& part = whole.parts.emplace_back();
      if (lexer_.blank()) {
        if (!parse_part(part)) return false;
      } else if (lexer_.exactly("(")) {
        if (!parse_embedded(part)) return false;
      } else {
        return fail(fmt::format("expected blank or '(' after '{}'", word));
      }
      lexer_.blank();
    } while (lexer_.exactly(word));
    made = std::move(whole);
    return true;
  }

  bool parse_not(Condition& made) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    lexer_.blank();
    const Position begin = lexer_.at();
    bool negated = false;
    while (lexer_.negation()) negated = !negated;
    if (lexer_.exactly("not(")) {
      negated = !negated;
      if (!parse_embedded(made)) return false;
    } else if (!parse_check(made)) {
      return false;
    }
    if (!negated) return true;
    Condition whole;
    whole.kind = Condition::Kind::no;
    whole.at = begin;
    whole.parts.push_back(std::move(made));
    made = std::move(whole);
    return true;
  }

  /// What follows a parenthesis that was taken.
  bool parse_embedded(Condition& made) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    lexer_.blank();
    if (!parse_or(made)) return false;
    lexer_.blank();
    return lexer_.exactly(")") || fail("expected a ')' token", joining_hint());
  }

  bool parse_check(Condition& made) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    lexer_.blank();
    if (lexer_.exactly("(")) return parse_embedded(made);
    made.at = lexer_.at();
    if (left_term(made.left)) return parse_comparison(made);
    if (error_) return false;
    const std::string_view name = lexer_.identifier();
    if (name.empty()) return fail("expected a '(' token, a field check, or an identifier");
    made.kind = Condition::Kind::name;
    made.name = name;
    return true;
  }

  // ---- what stands on the left

  bool left_term(Term& made) {
    made.at = lexer_.at();
    if (const auto name = lexer_.field_name(); !name.empty()) return field_remainder(made, name);
    if (function(made, false)) {
      lexer_.blank();
      return call_remainder(made);
    }
    return false;
  }

  bool function(Term& made, bool or_val) {
    static const std::vector<Function> all = {Function::val,  Function::tolower,  Function::toupper,
                                              Function::b64,  Function::basename, Function::len,
                                              Function::join, Function::concat,   Function::getopt};
    for (const Function candidate : all) {
      if (candidate == Function::val && !or_val) continue;
      const std::string_view name = to_text(candidate);
      if (!lexer_.rest().starts_with(name) || !lexer_.rest().substr(name.size()).starts_with('(')) continue;
      lexer_.exactly(lexer_.rest().substr(0, name.size() + 1));
      made.kind = Term::Kind::call;
      made.function = candidate;
      return true;
    }
    return false;
  }

  bool field_remainder(Term& made, std::string_view name) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    made.kind = Term::Kind::field;
    made.text = name;
    return optional_argument(made);
  }

  bool optional_argument(Term& made) {
    if (!lexer_.exactly("[")) return true;
    std::optional<SyntaxError> broken;
    made.argument = lexer_.quoted_string(broken);
    if (broken) return fail_with(std::move(*broken));
    if (!made.argument) {
      const std::string_view bare = lexer_.bare_argument();
      if (bare.empty()) return fail("expected a valid field argument: a quoted string or a bare string");
      made.argument = bare;
    }
    return lexer_.exactly("]") || fail("expected a ']' token");
  }

  bool call_remainder(Term& made) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    do {
      lexer_.blank();
      if (!call_argument(made.items.emplace_back())) return false;
      lexer_.blank();
    } while (lexer_.exactly(","));
    if (!lexer_.exactly(")")) return fail("expected a ')' token closing the transformer");
    return optional_argument(made);
  }

  bool call_argument(Term& made) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    lexer_.blank();
    made.at = lexer_.at();
    if (number_value(made) || quoted_value(made)) return true;
    if (error_) return false;
    if (lexer_.exactly("(")) return call_list(made);
    if (function(made, false)) return call_remainder(made);
    if (const auto name = lexer_.field_name(); !name.empty()) return field_remainder(made, name);
    return fail(
        "expected field transformer argument: field, transformer, quoted string, number, or transformer list");
  }

  bool call_list(Term& made) {
    made.kind = Term::Kind::list;
    lexer_.blank();
    if (lexer_.exactly(")")) return true;
    do {
      lexer_.blank();
      if (!call_list_item(made.items.emplace_back())) return false;
      lexer_.blank();
    } while (lexer_.exactly(","));
    return lexer_.exactly(")") || fail("expected ')'");
  }

  bool call_list_item(Term& made) {
    if (left_term(made)) return true;
    if (error_) return false;
    if (quoted_value(made) || number_value(made)) return true;
    return fail("expected transformer list argument: field, transformer, quoted string, or number");
  }

  // ---- operators and what stands on the right

  bool parse_comparison(Condition& made) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    made.kind = Condition::Kind::check;
    lexer_.blank();
    if (lexer_.exactly(to_text(Operator::exists))) {
      made.op = Operator::exists;
      return true;
    }
    for (const Operator op : number_operators) {
      if (!lexer_.exactly(to_text(op))) continue;
      made.op = op;
      return right_number(made.right);
    }
    for (const Operator op : symbol_operators) {
      if (!lexer_.exactly(to_text(op))) continue;
      made.op = op;
      return right_text(made, lexer_.blank());
    }
    for (const Operator op : word_operators) {
      if (!lexer_.word(to_text(op))) continue;
      made.op = op;
      return right_text(made, true);
    }
    for (const Operator op : list_operators) {
      if (!lexer_.exactly(to_text(op))) continue;
      made.op = op;
      return right_list(made.right);
    }
    return fail("expected a valid check operator: one of " + quoted_list(operator_names()), operator_hint());
  }

  bool right_number(Term& made) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    if (right_call(made)) return true;
    if (error_) return false;
    if (number_value(made)) return true;
    return fail("expected a number value or a field with a valid transformer: " + quoted_list(function_names()));
  }

  bool right_text(Condition& made, bool after_blank) {
    if (after_blank && modified_list_follows(made.modifier)) return right_plain_list(made.right);
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    if (right_call(made.right)) return true;
    if (error_) return false;
    if (text_value(made.right)) return true;
    return fail("expected a string value or a field with a valid transformer: " + quoted_list(function_names()));
  }

  /// `oneof (` or `oneof my_list`, but not the text "oneof" before `and`, `or` and `not`.
  bool modified_list_follows(Modifier& modifier) {
    const Position begin = lexer_.at();
    const std::string_view last = lexer_.last();
    for (const Modifier candidate : modifiers) {
      if (!lexer_.word(to_text(candidate))) continue;
      if (list_follows()) {
        modifier = candidate;
        return true;
      }
      break;
    }
    lexer_.go_back(begin, last);
    return false;
  }

  [[nodiscard]] bool list_follows() const {
    const std::string_view here = lexer_.rest();
    if (here.starts_with('(')) return true;
    if (here.empty() || !base::is_alpha(here[0])) return false;
    for (const std::string_view keyword : {"and", "or", "not"}) {
      if (!here.starts_with(keyword)) continue;
      if (here.size() == keyword.size()) return false;
      const char next = here[keyword.size()];
      if (!base::is_alpha(next) && !base::is_digit(next)) return false;
    }
    return true;
  }

  bool right_plain_list(Term& made) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    lexer_.blank();
    if (value_list(made)) return true;
    if (error_) return false;
    return list_name(made) || fail("expected a list or an identifier");
  }

  bool right_list(Term& made) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    lexer_.blank();
    if (value_list(made)) return true;
    if (error_) return false;
    if (right_call(made)) return true;
    if (error_) return false;
    return list_name(made) || fail("expected a list, an identifier, or a field with a valid transformer: " +
                                   quoted_list(function_names()));
  }

  bool list_name(Term& made) {
    made.at = lexer_.at();
    const std::string_view name = lexer_.identifier();
    if (name.empty()) return false;
    made.kind = Term::Kind::name;
    made.text = name;
    return true;
  }

  /// False without an error when there is no parenthesis.
  bool value_list(Term& made) {
    made.at = lexer_.at();
    if (!lexer_.exactly("(")) return false;
    made.kind = Term::Kind::list;
    lexer_.blank();
    Term item;
    if (list_item(item)) {
      made.items.push_back(std::move(item));
      lexer_.blank();
      while (lexer_.exactly(",")) {
        if (!list_item(made.items.emplace_back())) return fail("expected a string value");
        lexer_.blank();
      }
    }
    return lexer_.exactly(")") || fail("expected a ')' token");
  }

  bool list_item(Term& made) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    lexer_.blank();
    made.at = lexer_.at();
    for (const std::string_view name : options_.odd_list_names) {
      if (!lexer_.rest().starts_with(name)) continue;
      const std::string_view behind = lexer_.rest().substr(name.size());
      if (!behind.empty() && std::string_view(" \t\r\n,)").find(behind[0]) == std::string_view::npos) continue;
      lexer_.exactly(name);
      made.text = name;
      return true;
    }
    return text_value(made);
  }

  /// False without an error when there is no function.
  bool right_call(Term& made) {
    const Depth depth(*this);
    if (depth.too_deep()) return false;
    lexer_.blank();
    made.at = lexer_.at();
    if (!function(made, true)) return false;
    lexer_.blank();
    if (made.function != Function::val) return call_remainder(made);
    Term& field = made.items.emplace_back();
    field.at = lexer_.at();
    const std::string_view name = lexer_.field_name();
    if (name.empty()) return fail("expected a field within 'val' transformer");
    if (!field_remainder(field, name)) return false;
    lexer_.blank();
    if (!lexer_.exactly(")")) return fail("expected a ')' token closing the transformer");
    return optional_argument(made);
  }

  bool text_value(Term& made) {
    if (quoted_value(made)) return true;
    if (error_) return false;
    return bare_value(made, &Lexer::bare_string);
  }

  bool number_value(Term& made) { return bare_value(made, &Lexer::number); }

  bool bare_value(Term& made, std::string_view (Lexer::*token)()) {
    const Position begin = lexer_.at();
    const std::string_view text = (lexer_.*token)();
    if (text.empty()) return false;
    made.kind = Term::Kind::literal;
    made.at = begin;
    made.text = text;
    return true;
  }

  bool quoted_value(Term& made) {
    const Position begin = lexer_.at();
    std::optional<SyntaxError> broken;
    auto text = lexer_.quoted_string(broken);
    if (broken) return fail_with(std::move(*broken));
    if (!text) return false;
    made.kind = Term::Kind::literal;
    made.quoted = true;
    made.at = begin;
    made.text = std::move(*text);
    return true;
  }

  // ---- errors

  bool fail_with(SyntaxError error) {
    if (!error_) error_ = std::move(error);
    return false;
  }

  void fail_at_junk() {
    fail(fmt::format("unexpected token after '{}', expecting 'or', 'and'", base::printable(lexer_.last())),
         joining_hint());
  }

  [[nodiscard]] std::string_view word_here() const {
    const std::string_view here = lexer_.rest().substr(0, 64);
    return here.substr(0, here.find_first_of(" \t\r\n()\"'"));
  }

  /// For what other languages write between two conditions.
  [[nodiscard]] std::string joining_hint() const {
    const std::string word = base::to_lower(word_here());
    if (word.starts_with("&&") || word == "and") return "did you mean and?";
    if (word.starts_with("||") || word == "or") return "did you mean or?";
    return {};
  }

  [[nodiscard]] std::string operator_hint() const {
    const std::string_view word = word_here();
    if (word == "=~" || word == "~" || word == "matches") return "did you mean regex?";
    if (word == "<>" || word == "is") return "did you mean =?";
    const auto meant = base::nearest(word, operator_names());
    return meant ? fmt::format("did you mean {}?", *meant) : std::string();
  }

  Lexer lexer_;
  const ParseOptions& options_;
  std::size_t depth_ = 0;
  std::optional<SyntaxError> error_;
};

SyntaxError too_long() {
  return {fmt::format("condition longer than {} bytes", max_condition_bytes), "", Position{}};
}

}  // namespace

ParsedCondition parse_condition(std::string_view text, const ParseOptions& options) {
  if (text.size() > max_condition_bytes) return {std::nullopt, too_long()};
  return Parser(text, options).condition();
}

ParsedTerm parse_term(std::string_view text) {
  if (text.size() > max_condition_bytes) return {std::nullopt, too_long(), 0};
  const ParseOptions options;
  return Parser(text, options).term();
}

std::optional<Term> parse_literal(std::string_view text) {
  if (text.size() > max_condition_bytes) return std::nullopt;
  const ParseOptions options;
  return Parser(text, options).literal();
}

}  // namespace doorman::policy

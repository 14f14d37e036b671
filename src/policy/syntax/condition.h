// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace doorman::policy {

/// A place in a text. `offset` counts bytes from 0, `line` and `column` from 1; a column is a character of UTF-8.
/// `file` tells the text, where there are several: the index into those that were loaded.
struct Position {
  std::uint32_t offset = 0, line = 1, column = 1, file = 0;
};

/// How a value is compared. The text is what a condition says.
enum class Operator : std::uint8_t {
  exists,
  equal,    ///< `=`
  equal2,   ///< `==`, the same; kept apart so that a condition prints as it was written
  unequal,  ///< `!=`
  less,
  less_equal,
  greater,
  greater_equal,
  contains,
  icontains,
  bcontains,
  startswith,
  bstartswith,
  endswith,
  glob,
  iglob,
  regex,
  in,
  intersects,
  pmatch,
};
std::string_view to_text(Operator op);

/// How many of the values on the right must hold.
enum class Modifier : std::uint8_t {
  none,
  oneof,  ///< exactly one
  anyof,  ///< at least one
  allof,  ///< every one, and there is one
};
std::string_view to_text(Modifier modifier);

enum class Function : std::uint8_t { val, tolower, toupper, b64, basename, len, join, concat, getopt };
std::string_view to_text(Function function);

/// A side of a comparison, as it was written; nothing is known yet of whether fields exist.
struct Term {
  enum class Kind : std::uint8_t {
    literal,  ///< text: a word, a quoted string (without its quotes and escapes) or a number
    field,    ///< text is its name
    call,     ///< function of items
    list,     ///< items
    name,     ///< where a list may stand: `in shells`; text is the list's name, or the one value if there is none
  };

  Kind kind = Kind::literal;
  Function function{};
  bool quoted = false;  ///< a literal that was; an unquoted one among a list's items may name a list
  std::string text;
  std::optional<std::string> argument;  ///< `2` of `proc.aname[2]`; of a field, or of getopt(…)
  std::vector<Term> items;
  Position at;
};

/// A condition as a tree. Plain data, made by parse_condition.
struct Condition {
  enum class Kind : std::uint8_t {
    all,    ///< parts, joined by `and`
    any,    ///< parts, joined by `or`
    no,     ///< `not` the one part
    check,  ///< left op [modifier] right
    name,   ///< of a macro
  };

  Kind kind = Kind::check;
  std::vector<Condition> parts;
  std::string name;
  Operator op{};
  Modifier modifier = Modifier::none;
  Term left, right;
  Position at;
  /// The macros that this part came through, outermost first: indices into RuleSet::macros. Empty until resolved.
  std::vector<std::uint32_t> through;
};

/// Why a text is no condition: what was expected, and where.
struct SyntaxError {
  std::string message;
  std::string hint;  ///< `did you mean startswith?`; may be empty
  Position at;
};

/// How deep the parser's own calls may go; one pair of parentheses takes five. Falco's numbers: the first for a
/// condition alone, the second for those of a rule file. A deeper condition is an error.
inline constexpr std::size_t max_condition_depth = 100;
inline constexpr std::size_t max_rule_condition_depth = 1000;
inline constexpr std::size_t max_condition_bytes = 1U << 20U;

struct ParseOptions {
  std::size_t max_depth = max_condition_depth;
  /// Names of lists that no word can be (`my list`), so that they are known where a list's values stand.
  std::vector<std::string_view> odd_list_names;
};

struct ParsedCondition {
  std::optional<Condition> condition;
  std::optional<SyntaxError> error;  ///< exactly one of the two
};

/// Reads a condition, in time linear in the text. Grammar: docs/policy-language.md, the same as
/// falcosecurity/libs userspace/libsinsp/filter/parser.h.
ParsedCondition parse_condition(std::string_view text, const ParseOptions& options = {});

struct ParsedTerm {
  std::optional<Term> term;
  std::optional<SyntaxError> error;  ///< exactly one of the two
  std::size_t bytes = 0;             ///< how much of the text the term takes
};

/// Reads a field or a function at the front of the text, as the left side of a comparison; text may follow.
ParsedTerm parse_term(std::string_view text);

/// Reads one literal: a word, or a string in quotes, that is the whole text. Nothing when it is neither.
std::optional<Term> parse_literal(std::string_view text);

/// The tree as text in Falco's form: every and/or in parentheses, values in quotes where they hold blanks, `=`,
/// quotes or backslashes. For people and for comparison: a value with a comma or parenthesis, or none at all, reads
/// back as something else.
std::string to_text(const Condition& condition);
std::string to_text(const Term& term);

/// The fixed vocabulary, for completion, nearest names and documentation.
const std::vector<std::string_view>& operator_names();
const std::vector<std::string_view>& function_names();

}  // namespace doorman::policy

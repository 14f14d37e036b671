// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "app/cli/completion.h"
#include "app/cli/setting.h"
#include "app/cli/table.h"
#include "app/cli/words.h"

namespace doorman::app::cli {

namespace {

/// Text inside '…' and inside the brackets or colons of _arguments and _describe.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\'') {
      safe += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe;
}

std::string action(std::span<const std::string_view> choices, Completes completes) {
  if (!choices.empty()) return fmt::format("({})", fmt::join(choices, " "));
  switch (completes) {
    case Completes::nothing:
      return "";
    case Completes::files:
      return "_files";
    case Completes::folders:
      return "_files -/";
  }
  return {};
}

void add_option(std::string& script, const Option& option) {
  const std::string meaning = fmt::format("[{}]", escaped(option.help));
  const std::string value =
      option.is_flag() ? ""
                       : fmt::format(":{}:{}", escaped(option.value), action(option.choices, option.completes));
  const std::string_view star = option.repeatable ? "*" : "";
  script += fmt::format(" \\\n    '{}--{}{}{}{}'", star, option.name, option.is_flag() ? "" : "=", meaning, value);
  if (option.letter == '\0') return;
  script += fmt::format(" \\\n    '{}-{}{}{}{}'", star, option.letter, option.is_flag() ? "" : "+", meaning, value);
}

void add_operands(std::string& script, const Verb& verb) {
  if (verb.max_operands == 0) return;
  const std::string operands = verb.id == VerbId::help ? fmt::format("({})", fmt::join(next_words(""), " "))
                                                       : action(verb.operand_choices, Completes::files);
  script += fmt::format(" \\\n    '*:{}:{}'", escaped(verb.operands), operands);
}

std::string function_of(std::string_view words) {
  std::string name = "_doorman";
  if (!words.empty()) name += '_';
  for (const char c : words) name += c == ' ' ? '_' : c;
  return name;
}

void add_verb(std::string& script, const Verb& verb) {
  script += fmt::format("{}() {{\n  _arguments -s", function_of(verb.words));
  for (const Option* option : options_of(verb)) add_option(script, *option);
  add_operands(script, verb);
  script += "\n}\n\n";
}

std::string_view meaning_of(std::string_view words) {
  for (const Verb* verb : verbs()) {
    if (verb->words == words) return verb->summary;
  }
  return "";
}

/// The program, or a family of verbs: offers the next word, then goes on with the function of that word.
void add_choice(std::string& script, std::string_view typed) {
  const std::string prefix = typed.empty() ? "" : fmt::format("{} ", typed);
  script += fmt::format("{}() {{\n  local curcontext=\"$curcontext\" state line\n  local -a words_here\n",
                        function_of(typed));
  script += "  words_here=(\n";
  for (const std::string_view word : next_words(prefix)) {
    script += fmt::format("    '{}:{}'\n", word, escaped(meaning_of(fmt::format("{}{}", prefix, word))));
  }
  script += "  )\n  _arguments -C -s";
  for (const Option* option : common_options()) add_option(script, *option);
  script += " \\\n    '1:verb:->verb' '*::operand:->operands'\n";
  script += "  case $state in\n    verb) _describe verb words_here ;;\n    operands)\n      case $words[1] in\n";
  for (const std::string_view word : next_words(prefix)) {
    script += fmt::format("        {}) {} ;;\n", word, function_of(fmt::format("{}{}", prefix, word)));
  }
  script += "      esac\n      ;;\n  esac\n}\n\n";
}

}  // namespace

std::string zsh_completion() {
  std::string script = "#compdef doorman\n# zsh completion for doorman, written by `doorman completion zsh`\n\n";
  for (const Verb* verb : verbs()) add_verb(script, *verb);
  for (const std::string_view family : families()) add_choice(script, family);
  add_choice(script, "");
  script += "if [ \"$funcstack[1]\" = _doorman ]; then\n  _doorman \"$@\"\nelse\n  compdef _doorman doorman\nfi\n";
  return script;
}

}  // namespace doorman::app::cli

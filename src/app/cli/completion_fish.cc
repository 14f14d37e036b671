// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "app/cli/completion.h"
#include "app/cli/table.h"
#include "app/cli/words.h"

namespace doorman::app::cli {

namespace {

std::string fish_word(std::string_view text) {
  std::string safe = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe + "'";
}

std::string seen(std::string_view words) {
  const std::size_t space = words.find(' ');
  std::string condition = fmt::format("__fish_seen_subcommand_from {}", words.substr(0, space));
  if (space != std::string_view::npos) {
    condition += fmt::format("; and __fish_seen_subcommand_from {}", words.substr(space + 1));
  }
  return condition;
}

std::string value_of(const Option& option) {
  if (option.is_flag()) return "";
  if (!option.choices.empty())
    return fmt::format(" -x -a {}", fish_word(fmt::format("{}", fmt::join(option.choices, " "))));
  switch (option.completes) {
    case Completes::nothing:
      return " -x";
    case Completes::files:
      return " -r -F";
    case Completes::folders:
      return " -x -a '(__fish_complete_directories)'";
  }
  return {};
}

void add_option(std::string& script, const Option& option, std::string_view condition) {
  script += "complete -c doorman";
  if (!condition.empty()) script += fmt::format(" -n {}", fish_word(condition));
  if (option.letter != '\0') script += fmt::format(" -s {}", option.letter);
  script += fmt::format(" -l {}{} -d {}\n", option.name, value_of(option), fish_word(option.help));
}

void add_word(std::string& script, std::string_view condition, std::string_view word, std::string_view meaning) {
  script += fmt::format("complete -c doorman -n {} -a {} -d {}\n", fish_word(condition), word, fish_word(meaning));
}

void add_words(std::string& script) {
  for (const Verb* verb : verbs()) {
    const std::size_t space = verb->words.find(' ');
    if (space == std::string_view::npos) {
      add_word(script, "__fish_use_subcommand", verb->words, verb->summary);
      continue;
    }
    const std::string_view family = verb->words.substr(0, space);
    const auto siblings = next_words(fmt::format("{} ", family));
    add_word(script,
             fmt::format("__fish_seen_subcommand_from {}; and not __fish_seen_subcommand_from {}", family,
                         fmt::join(siblings, " ")),
             verb->words.substr(space + 1), verb->summary);
  }
  for (const std::string_view family : families()) add_word(script, "__fish_use_subcommand", family, "");
}

void add_operands(std::string& script, const Verb& verb) {
  const std::string condition = fish_word(seen(verb.words));
  if (verb.id == VerbId::help) {
    script += fmt::format("complete -c doorman -n {} -a {}\n", condition,
                          fish_word(fmt::format("{}", fmt::join(next_words(""), " "))));
  } else if (!verb.operand_choices.empty()) {
    script += fmt::format("complete -c doorman -n {} -a {}\n", condition,
                          fish_word(fmt::format("{}", fmt::join(verb.operand_choices, " "))));
  } else if (verb.max_operands > 0) {
    script += fmt::format("complete -c doorman -n {} -F\n", condition);
  }
}

}  // namespace

std::string fish_completion() {
  std::string script =
      "# fish completion for doorman, written by `doorman completion fish`\ncomplete -c doorman -f\n";
  for (const Option* option : common_options()) add_option(script, *option, "");
  add_words(script);
  for (const Verb* verb : verbs()) {
    for (const Option* option : verb->options) add_option(script, *option, seen(verb->words));
    add_operands(script, *verb);
  }
  return script;
}

}  // namespace doorman::app::cli

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>
#include <vector>

#include "app/cli/completion.h"
#include "app/cli/setting.h"
#include "app/cli/table.h"
#include "app/cli/words.h"

namespace doorman::app::cli {

namespace {

// Bash splits words at `=`, so that `--format=js` arrives as three.
constexpr std::string_view script_head = R"(# bash completion for doorman, written by `doorman completion bash`
_doorman() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  if [[ $current == = ]]; then
    current=''
  elif [[ $previous == = ]] && ((COMP_CWORD > 1)); then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
  local verb='' word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$verb|$word" in
)";

constexpr std::string_view script_middle = R"(    esac
  done
  local operands=FILES options=''
  case $verb in
)";

constexpr std::string_view values_head = R"(  esac
  local offer=''
  case "$verb|$previous" in
)";

constexpr std::string_view script_tail = R"(    *)
      if [[ $current == -* ]]; then
        offer=$options
      else
        offer=$operands
      fi
      ;;
  esac
  case $offer in
    FILES) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    FOLDERS) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$offer" -- "$current") ;;
  esac
}
complete -F _doorman doorman
)";

std::string joined(const std::vector<std::string_view>& words) { return fmt::format("{}", fmt::join(words, " ")); }

std::string flags(std::span<const Option* const> options) {
  std::string list;
  for (const Option* option : options) list += fmt::format("{}--{}", list.empty() ? "" : " ", option->name);
  return list;
}

std::string operands_of(const Verb& verb) {
  if (verb.id == VerbId::help) return joined(next_words(""));
  if (!verb.operand_choices.empty()) return joined({verb.operand_choices.begin(), verb.operand_choices.end()});
  return verb.max_operands == 0 ? "" : "FILES";
}

std::string values_of(const Option& option) {
  if (!option.choices.empty()) return joined({option.choices.begin(), option.choices.end()});
  switch (option.completes) {
    case Completes::nothing:
      return "";
    case Completes::files:
      return "FILES";
    case Completes::folders:
      return "FOLDERS";
  }
  return {};
}

void add_words(std::string& script) {
  const auto step = [&](std::string_view verb, std::string_view word, std::string_view together) {
    script += fmt::format("      '{}|{}') verb='{}' ;;\n", verb, word, together);
  };
  for (const std::string_view word : next_words("")) step("", word, word);
  for (const std::string_view family : families()) {
    for (const std::string_view word : next_words(fmt::format("{} ", family))) {
      step(family, word, fmt::format("{} {}", family, word));
    }
  }
}

void add_operands(std::string& script) {
  const auto row = [&](std::string_view verb, std::string_view operands, std::string_view options) {
    script += fmt::format("    '{}') operands='{}' options='{}' ;;\n", verb, operands, options);
  };
  row("", joined(next_words("")), flags(common_options()));
  for (const std::string_view family : families())
    row(family, joined(next_words(fmt::format("{} ", family))), "--help");
  for (const Verb* verb : verbs()) row(verb->words, operands_of(*verb), flags(options_of(*verb)));
}

void add_values(std::string& script) {
  for (const Option* option : common_options()) {
    if (!option->is_flag())
      script += fmt::format("    *'|--{}') offer='{}' ;;\n", option->name, values_of(*option));
  }
  for (const Verb* verb : verbs()) {
    for (const Option* option : verb->options) {
      if (option->is_flag()) continue;
      script += fmt::format("    '{}|--{}'", verb->words, option->name);
      if (option->letter != '\0') script += fmt::format(" | '{}|-{}'", verb->words, option->letter);
      script += fmt::format(") offer='{}' ;;\n", values_of(*option));
    }
  }
}

}  // namespace

std::string bash_completion() {
  std::string script(script_head);
  add_words(script);
  script += script_middle;
  add_operands(script);
  script += values_head;
  add_values(script);
  script += script_tail;
  return script;
}

}  // namespace doorman::app::cli

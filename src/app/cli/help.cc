// SPDX-License-Identifier: Apache-2.0
#include "app/cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "app/cli/setting.h"
#include "app/cli/table.h"
#include "base/nearest.h"
#include "base/text.h"

namespace doorman::app::cli {

namespace {

constexpr std::size_t indent = 2;
/// Where meanings begin; a longer word has a line of its own.
constexpr std::size_t meaning_column = 30;

/// Pairs of a word and its meaning, in two columns.
class Columns {
 public:
  Columns(std::string& text, std::size_t width) : text_(text), width_(width) {}

  void add(std::string_view word, std::string_view meaning) {
    text_.append(indent, ' ').append(word);
    const std::size_t used = indent + word.size();
    if (meaning.empty()) {
      text_ += '\n';
      return;
    }
    const std::string lines = wrap(meaning, width_, meaning_column);
    if (used + 2 > meaning_column) text_.append("\n").append(lines);
    else text_.append(lines, used);
  }

 private:
  std::string& text_;
  std::size_t width_;
};

void add_sections(std::string& text, std::span<const Section> sections, std::size_t width) {
  for (const Section& section : sections) {
    text.append("\n").append(section.heading).append(":\n");
    Columns columns(text, width);
    for (const Term& term : section.terms) columns.add(term.word, term.meaning);
  }
}

void add_options(std::string& text, std::span<const Option* const> options, std::size_t width) {
  for (const Group group : groups()) {
    const auto members = in_group(options, group);
    if (members.empty()) continue;
    text.append("\n").append(heading(group)).append(":\n");
    Columns columns(text, width);
    for (const Option* option : members) columns.add(spelling(*option, true), sentence(*option));
  }
}

void add_verbs(std::string& text, std::string_view first_words, std::size_t width) {
  text.append("\nVerbs:\n");
  Columns columns(text, width);
  for (const Verb* verb : verbs()) {
    if (!verb->words.starts_with(first_words)) continue;
    columns.add(fmt::format("{} {}", verb->words, verb->operands), verb->summary);
  }
}

std::string program_help(std::size_t width) {
  std::string text = fmt::format("{} {}\n\nUsage: {} VERB [OPTION]... [OPERAND]...\n", program_name,
                                 program_summary, program_name);
  add_verbs(text, "", width);
  add_options(text, common_options(), width);
  add_sections(text, program_sections(), width);
  text.append("\n").append(wrap("`doorman help VERB` tells what a verb takes.", width, 0));
  return text;
}

std::string family_help(std::string_view word, std::size_t width) {
  std::string text = fmt::format("Usage: {} {} VERB [OPTION]...\n", program_name, word);
  add_verbs(text, fmt::format("{} ", word), width);
  return text;
}

std::string verb_help(const Verb& verb, std::size_t width) {
  std::string text = fmt::format("Usage: {} {} [OPTION]...{}{}\n\n", program_name, verb.words,
                                 verb.operands.empty() ? "" : " ", verb.operands);
  text += wrap(fmt::format("{}.", verb.summary), width, 0);
  for (std::string_view rest = verb.about; !rest.empty();) {
    const std::size_t end = std::min(rest.find("\n\n"), rest.size());
    text.append("\n").append(wrap(rest.substr(0, end), width, 0));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  add_options(text, options_of(verb), width);
  add_sections(text, verb.sections, width);
  return text;
}

}  // namespace

std::string wrap(std::string_view text, std::size_t width, std::size_t indent_by) {
  std::string lines;
  std::size_t column = 0;
  for (std::string_view word : base::split(text, ' ')) {
    if (word.empty()) continue;
    if (column != 0 && column + 1 + word.size() > width) {
      lines += '\n';
      column = 0;
    }
    if (column == 0) {
      lines.append(indent_by, ' ').append(word);
      column = indent_by + word.size();
    } else {
      lines.append(" ").append(word);
      column += 1 + word.size();
    }
  }
  return lines + '\n';
}

std::string spelling(const Option& option, bool aligned) {
  std::string text;
  if (option.letter != '\0') text.append("-").append(1, option.letter).append(", ");
  else if (aligned) text.append("    ");
  text.append("--").append(option.name);
  if (!option.is_flag()) text.append(" ").append(option.value);
  return text;
}

std::vector<const Option*> in_group(std::span<const Option* const> options, Group group) {
  std::vector<const Option*> members;
  std::copy_if(options.begin(), options.end(), std::back_inserter(members),
               [group](const Option* option) { return option->group == group; });
  return members;
}

std::span<const Group> groups() {
  static constexpr std::array all = {Group::findings, Group::output,  Group::input,
                                     Group::registry, Group::running, Group::general};
  return all;
}

std::string sentence(const Option& option) {
  if (option.fallback.empty()) return std::string(option.help);
  return fmt::format("{} (default: {})", option.help, option.fallback);
}

base::Result<std::string> help_text(std::span<const std::string> words, std::size_t width) {
  if (words.empty()) return program_help(width);
  const std::string asked = fmt::format("{}", fmt::join(words, " "));
  std::vector<std::string_view> known;
  for (const Verb* verb : verbs()) {
    if (verb->words == asked) return verb_help(*verb, width);
    if (verb->words.starts_with(asked + ' ')) return family_help(asked, width);
    known.push_back(verb->words);
  }
  return base::Error(base::ErrorCode::usage,
                     fmt::format("`{}` is no verb{}", base::printable(asked), base::did_you_mean(asked, known)));
}

}  // namespace doorman::app::cli

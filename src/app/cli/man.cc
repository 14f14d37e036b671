// SPDX-License-Identifier: Apache-2.0
#include "app/cli/man.h"

#include <fmt/format.h>

#include <string_view>

#include "app/cli/help.h"
#include "app/cli/setting.h"
#include "app/cli/table.h"

namespace doorman::app::cli {

namespace {

/// Text that roff takes as it is: no escapes, no requests, and dashes that can be copied to a shell.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '\\':
        safe += "\\e";
        break;
      case '-':
        safe += "\\-";
        break;
      case '\'':
        safe += "\\(aq";
        break;
      case '`':
        safe += "\\(ga";
        break;
      case '~':
        safe += "\\(ti";
        break;
      case '^':
        safe += "\\(ha";
        break;
      default:
        safe += c;
    }
  }
  if (safe.starts_with('.')) safe.insert(0, "\\&");
  return safe;
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

void add_term(std::string& page, std::string_view word, std::string_view meaning) {
  page += fmt::format(".TP\n\\fB{}\\fR\n{}\n", escaped(word), meaning.empty() ? "\\&" : escaped(meaning));
}

void add_option(std::string& page, const Option& option) {
  page += ".TP\n";
  if (option.letter != '\0') page += fmt::format("\\fB\\-{}\\fR, ", option.letter);
  page += fmt::format("\\fB\\-\\-{}\\fR", escaped(option.name));
  if (!option.is_flag()) page += fmt::format(" \\fI{}\\fR", escaped(option.value));
  page += fmt::format("\n{}.\n", escaped(sentence(option)));
}

void add_paragraphs(std::string& page, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    page += fmt::format(".PP\n{}\n", escaped(text.substr(0, end)));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
}

void add_verb(std::string& page, const Verb& verb) {
  page += fmt::format(".SS {} {}", program_name, verb.words);
  if (!verb.options.empty()) page += " [\\fIOPTION\\fR]...";
  if (!verb.operands.empty()) page += fmt::format(" \\fI{}\\fR", escaped(verb.operands));
  page += fmt::format("\n{}.\n", escaped(verb.summary));
  add_paragraphs(page, verb.about);
  for (const Group group : groups()) {
    for (const Option* option : in_group(verb.options, group)) add_option(page, *option);
  }
  for (const Section& section : verb.sections) {
    page += fmt::format(".PP\n\\fB{}\\fR\n", escaped(section.heading));
    for (const Term& term : section.terms) add_term(page, term.word, term.meaning);
  }
}

}  // namespace

std::string man_page() {
  std::string page = ".\\\" Written by `doorman help --man` from the table of verbs and options.\n";
  page += fmt::format(".TH DOORMAN 1 \"\" \"doorman {}\" \"User commands\"\n", DOORMAN_VERSION);
  page += fmt::format(".SH NAME\n{} \\- {}\n", program_name, escaped(program_summary));
  page +=
      fmt::format(".SH SYNOPSIS\n\\fB{}\\fR \\fIVERB\\fR [\\fIOPTION\\fR]... [\\fIOPERAND\\fR]...\n", program_name);
  page += ".SH VERBS\n";
  for (const Verb* verb : verbs()) add_verb(page, *verb);
  page += ".SH COMMON OPTIONS\n";
  for (const Option* option : common_options()) add_option(page, *option);
  for (const Section& section : program_sections()) {
    page += fmt::format(".SH {}\n", upper(section.heading));
    for (const Term& term : section.terms) add_term(page, term.word, term.meaning);
  }
  return page;
}

}  // namespace doorman::app::cli

// SPDX-License-Identifier: Apache-2.0
#include "app/cli/help.h"

#include <gtest/gtest.h>

#include "app/cli/completion.h"
#include "app/cli/man.h"
#include "app/cli/setting.h"
#include "app/cli/table.h"
#include "base/text.h"

namespace doorman::app::cli {
namespace {

TEST(Wrap, BreaksBetweenWords) {
  EXPECT_EQ(wrap("one two three", 9, 2), "  one two\n  three\n");
  EXPECT_EQ(wrap("incomprehensible", 5, 0), "incomprehensible\n");
  EXPECT_EQ(wrap("", 5, 2), "\n");
}

std::vector<std::string> words_of(const Verb& verb) {
  std::vector<std::string> words;
  for (const auto word : base::split(verb.words, ' ')) words.emplace_back(word);
  return words;
}

TEST(Help, NamesEveryOptionOfEveryVerb) {
  for (const Verb* verb : verbs()) {
    const std::string text = help_text(words_of(*verb), 80).value();
    EXPECT_NE(text.find(verb->summary), std::string::npos);
    for (const Option* option : options_of(*verb)) {
      EXPECT_NE(text.find(spelling(*option, false)), std::string::npos) << verb->words << " " << option->name;
    }
  }
}

TEST(Help, OfTheProgramNamesEveryVerb) {
  const std::string text = help_text({}, 80).value();
  for (const Verb* verb : verbs()) EXPECT_NE(text.find(verb->words), std::string::npos) << verb->words;
}

/// Words that no line can be broken in: examples and targets.
bool is_one_word(std::string_view line) { return base::trim(line).find(' ') == std::string_view::npos; }

TEST(Help, KeepsWithinTheWidthWhatCanBeBroken) {
  for (const Verb* verb : verbs()) {
    const std::string text = help_text(words_of(*verb), 60).value();
    const std::size_t examples = text.find("\nExamples:\n");
    std::string_view rest = std::string_view(text).substr(0, examples);
    for (std::string_view line; base::next_line(rest, line);) {
      if (line.starts_with("Usage:") || is_one_word(line)) continue;
      EXPECT_LE(line.size(), 60U) << line;
    }
  }
}

TEST(Help, OffersTheNearestVerb) {
  const std::vector<std::string> asked = {"db", "buld"};
  EXPECT_EQ(help_text(asked, 80).error().message(), "`db buld` is no verb; did you mean db build?");
}

TEST(ManPage, NamesEveryOption) {
  const std::string page = man_page();
  for (const Verb* verb : verbs()) {
    for (const Option* option : options_of(*verb)) {
      std::string name = "\\-\\-";
      for (const char c : option->name) name += c == '-' ? std::string("\\-") : std::string(1, c);
      EXPECT_NE(page.find(name), std::string::npos) << option->name;
    }
  }
}

TEST(Completion, OffersEveryOptionInEveryShell) {
  for (const Shell shell : {Shell::bash, Shell::zsh, Shell::fish}) {
    const std::string script = completion_script(shell);
    for (const Verb* verb : verbs()) {
      for (const Option* option : options_of(*verb)) {
        const std::string name = (shell == Shell::fish ? "-l " : "--") + std::string(option->name);
        EXPECT_NE(script.find(name), std::string::npos) << name;
      }
    }
  }
}

}  // namespace
}  // namespace doorman::app::cli

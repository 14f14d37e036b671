// SPDX-License-Identifier: Apache-2.0
// The rules that the rows of the table keep, so that whoever adds a row learns of a slip at once.
#include "app/cli/table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "app/cli/options.h"
#include "app/cli/setting.h"

namespace doorman::app::cli {
namespace {

TEST(Table, EveryVerbHasItsOwnWordsAndId) {
  std::set<std::string_view> words;
  std::set<VerbId> ids;
  for (const Verb* verb : verbs()) {
    EXPECT_TRUE(words.insert(verb->words).second) << verb->words;
    EXPECT_TRUE(ids.insert(verb->id).second) << verb->words;
    EXPECT_EQ(verb_of(verb->id).words, verb->words);
    EXPECT_FALSE(verb->summary.empty() || verb->summary.ends_with('.')) << verb->words;
    EXPECT_LE(verb->min_operands, verb->max_operands) << verb->words;
  }
  for (const std::string_view word : words) {
    for (const std::string_view longer : words) {
      EXPECT_FALSE(longer.starts_with(std::string(word) + ' ')) << word << " would hide " << longer;
    }
  }
}

TEST(Table, EveryOptionOfAVerbHasItsOwnNameAndLetter) {
  for (const Verb* verb : verbs()) {
    std::set<std::string_view> names;
    std::set<char> letters;
    for (const Option* option : options_of(*verb)) {
      EXPECT_TRUE(names.insert(option->name).second) << verb->words << " --" << option->name;
      if (option->letter == '\0') continue;
      EXPECT_TRUE(letters.insert(option->letter).second) << verb->words << " -" << option->letter;
    }
  }
}

TEST(Table, EveryOptionIsComplete) {
  for (const Verb* verb : verbs()) {
    for (const Option* option : options_of(*verb)) {
      SCOPED_TRACE(option->name);
      EXPECT_FALSE(option->help.empty() || option->help.ends_with('.'));
      EXPECT_EQ(option->is_flag(), option->check == nullptr);
      EXPECT_TRUE(option->fallback.empty() || check_value(*option, option->fallback).ok());
      for (const std::string_view choice : option->choices)
        EXPECT_TRUE(check_value(*option, choice).ok()) << choice;
    }
  }
}

TEST(Table, VariablesFollowTheNames) {
  EXPECT_EQ(variable_of(options::fail_on), "DOORMAN_FAIL_ON");
  EXPECT_EQ(variable_of(options::db), "DOORMAN_DB");
}

}  // namespace
}  // namespace doorman::app::cli

// SPDX-License-Identifier: Apache-2.0
#include "app/cli/words.h"

#include <algorithm>

#include "app/cli/table.h"

namespace doorman::app::cli {

namespace {

void add_once(std::vector<std::string_view>& words, std::string_view word) {
  if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
}

}  // namespace

std::vector<std::string_view> next_words(std::string_view typed) {
  std::vector<std::string_view> words;
  for (const Verb* verb : verbs()) {
    if (!verb->words.starts_with(typed)) continue;
    const std::string_view rest = verb->words.substr(typed.size());
    add_once(words, rest.substr(0, rest.find(' ')));
  }
  return words;
}

std::vector<std::string_view> families() {
  std::vector<std::string_view> words;
  for (const Verb* verb : verbs()) {
    const std::size_t space = verb->words.find(' ');
    if (space != std::string_view::npos) add_once(words, verb->words.substr(0, space));
  }
  return words;
}

}  // namespace doorman::app::cli

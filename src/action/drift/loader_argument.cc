// SPDX-License-Identifier: Apache-2.0
#include "action/drift/loader_argument.h"

#include <array>

#include "action/drift/words.h"

namespace doorman::action {
namespace {

// Only what every loader takes: one that does not know an option takes it for the file's name and looks for it on
// the library path, which the caller chooses.
constexpr std::array<std::string_view, 3> with_value = {"--library-path", "--inhibit-rpath", "--audit"};
constexpr std::array<std::string_view, 3> alone = {"--list", "--verify", "--inhibit-cache"};

}  // namespace

LoaderArgument parse_loader_argument(std::string_view arguments) {
  take_word(arguments);
  if (arguments.empty()) return {.nothing = true};
  while (const auto word = take_word(arguments)) {
    if (is_one_of(with_value, *word)) {
      take_word(arguments);
    } else if (!is_one_of(alone, *word)) {
      // A name without a slash is looked for on the library path too.
      if (word->starts_with("--") || word->find('/') == std::string_view::npos) return {};
      return {.file = *word};
    }
  }
  return {};
}

}  // namespace doorman::action

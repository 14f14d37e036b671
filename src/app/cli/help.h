// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/option.h"
#include "base/result.h"

namespace doorman::app::cli {

/// Words of `text`, in lines of at most `width` columns that begin with `indent` spaces (the first too). A word
/// that is longer than a line has a line of its own. Every line ends in a line feed.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

/// Help for no words (the program), one word of several verbs (`db`) or a whole verb. A usage error when there is
/// no such verb. Laid out for `width` columns.
base::Result<std::string> help_text(std::span<const std::string> words, std::size_t width);

/// `-o, --output [FORMAT=]FILE`; without a letter, as wide as with one when `aligned`.
std::string spelling(const Option& option, bool aligned);

/// The options of these that stand under the heading, in the order of the table.
std::vector<const Option*> in_group(std::span<const Option* const> options, Group group);

/// All groups, in the order of display.
std::span<const Group> groups();

/// The help of an option as a sentence, with its default.
std::string sentence(const Option& option);

}  // namespace doorman::app::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace doorman::app::cli {

/// The words that may follow the words `typed` of a verb; `typed` is empty or ends in a space. After `db `: build,
/// info.
std::vector<std::string_view> next_words(std::string_view typed);

/// The first words that need a second one: `db`.
std::vector<std::string_view> families();

}  // namespace doorman::app::cli

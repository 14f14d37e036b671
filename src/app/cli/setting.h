// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/verb.h"
#include "base/result.h"

namespace doorman::app::cli {

/// An option and what it was set to, by a file, the environment or the command line. `values` are as written and
/// each passed the option's check; a flag has the one value `true` or `false`.
struct Setting {
  const Option* option;
  std::vector<std::string> values;
};

/// The options of the verb and the common ones.
std::vector<const Option*> options_of(const Verb& verb);
/// The common options that may stand before a verb, where there is none yet.
std::vector<const Option*> options_without_verb();

const Option* find_by_name(std::span<const Option* const> options, std::string_view name);
const Option* find_by_letter(std::span<const Option* const> options, char letter);
std::vector<std::string_view> names_of(std::span<const Option* const> options);

/// A usage error when the option cannot take the value.
base::Status check_value(const Option& option, std::string_view value);

/// `DOORMAN_FAIL_ON` for `fail-on`.
std::string variable_of(const Option& option);

}  // namespace doorman::app::cli

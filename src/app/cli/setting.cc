// SPDX-License-Identifier: Apache-2.0
#include "app/cli/setting.h"

#include <algorithm>

#include "app/cli/table.h"
#include "app/cli/values.h"

namespace doorman::app::cli {

std::vector<const Option*> options_of(const Verb& verb) {
  std::vector<const Option*> options(verb.options.begin(), verb.options.end());
  options.insert(options.end(), common_options().begin(), common_options().end());
  return options;
}

std::vector<const Option*> options_without_verb() { return {common_options().begin(), common_options().end()}; }

const Option* find_by_name(std::span<const Option* const> options, std::string_view name) {
  const auto found =
      std::find_if(options.begin(), options.end(), [&](auto* option) { return option->name == name; });
  return found == options.end() ? nullptr : *found;
}

const Option* find_by_letter(std::span<const Option* const> options, char letter) {
  const auto found =
      std::find_if(options.begin(), options.end(), [&](auto* option) { return option->letter == letter; });
  return found == options.end() || letter == '\0' ? nullptr : *found;
}

std::vector<std::string_view> names_of(std::span<const Option* const> options) {
  std::vector<std::string_view> names;
  names.reserve(options.size());
  for (const Option* option : options) names.push_back(option->name);
  return names;
}

base::Status check_value(const Option& option, std::string_view value) {
  return option.is_flag() ? check_with<parse_truth>(value) : option.check(value);
}

std::string variable_of(const Option& option) {
  std::string name = "DOORMAN_";
  for (const char c : option.name) {
    const bool lower = c >= 'a' && c <= 'z';
    name += c == '-' ? '_' : lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

}  // namespace doorman::app::cli

// SPDX-License-Identifier: Apache-2.0
// Source: check_value_and_add_warnings in falcosecurity/libs userspace/libsinsp/filter.cpp.
#include "policy/check/warnings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace doorman::policy {
namespace {

constexpr std::string_view repeats = "+*?";

/// `.*` and the like at either end, which contains, startswith and endswith stand for.
bool is_open_end(std::string_view pattern, std::size_t at) {
  const bool at_an_end = at == 0 || at + 2 == pattern.size();
  return at_an_end && at + 1 < pattern.size() && pattern[at] == '.' &&
         repeats.find(pattern[at + 1]) != std::string_view::npos;
}

bool is_simple(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if ((i == 0 && pattern[i] == '^') || (i + 1 == pattern.size() && pattern[i] == '$')) continue;
    if (is_open_end(pattern, i)) {
      ++i;
      continue;
    }
    if (std::string_view(".+*?^$()[]{}|\\").find(pattern[i]) != std::string_view::npos) return false;
  }
  return true;
}

bool is_field(std::string_view text, model::EventSource source, const Catalogue& catalogue) {
  if (text.find('.') == std::string_view::npos) return false;
  const auto bracket = text.find('[');
  std::optional<std::string_view> argument;
  if (bracket != std::string_view::npos) {
    if (!text.ends_with(']')) return false;
    argument = text.substr(bracket + 1, text.size() - bracket - 2);
  }
  const auto use = catalogue.use(text.substr(0, bracket), argument);
  return use.ok() && (catalogue.field(use->id).sources & model::set_of(source)) != 0;
}

bool is_call(std::string_view text) {
  return text.ends_with(')') && std::ranges::any_of(function_names(), [&](std::string_view name) {
           return text.size() >= name.size() + 2 && text.starts_with(name) && text[name.size()] == '(';
         });
}

}  // namespace

std::vector<std::string> warnings_of(Operator op, std::string_view value, model::EventSource source,
                                     const Catalogue& catalogue) {
  std::vector<std::string> warnings;
  if (op == Operator::regex && is_simple(value))
    warnings.push_back(
        fmt::format("regex check with '{}' may be optimized with simpler operators such as '=', "
                    "'contains', 'startswith', 'endswith'",
                    base::printable(value)));
  constexpr std::size_t longest = 4096;  // of what could be meant
  if (value.size() > longest || value.find_first_of(".)") == std::string_view::npos) return warnings;
  std::string bare(value);
  std::erase_if(bare, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
  if (is_field(bare, source, catalogue))
    warnings.push_back(
        fmt::format("'{}' may be a valid field misused as a const string value", base::printable(value)));
  if (is_call(bare))
    warnings.push_back(fmt::format("'{}' may be a valid field transformer misused as a const string value",
                                   base::printable(value)));
  return warnings;
}

}  // namespace doorman::policy

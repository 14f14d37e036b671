// SPDX-License-Identifier: Apache-2.0
#include "app/cli/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/cli/table.h"
#include "app/cli/words.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/yaml.h"

namespace doorman::app::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using base::YamlValue;

Error usage_at(const YamlValue& where, std::string_view message) {
  return {ErrorCode::usage, fmt::format("line {}: {}", where.line(), message)};
}

/// The options that a section may hold: those of every verb that begins with its words.
std::vector<const Option*> options_below(std::string_view words) {
  std::vector<const Option*> options;
  for (const Verb* verb : verbs()) {
    const bool within = words.empty() || verb->words == words || verb->words.starts_with(fmt::format("{} ", words));
    if (!within) continue;
    std::copy_if(verb->options.begin(), verb->options.end(), std::back_inserter(options),
                 [](const Option* option) { return !option->flag_only; });
  }
  return options;
}

Result<std::vector<std::string>> values_of(const YamlValue& value, const Option& option) {
  std::vector<YamlValue> items = value.items();
  if (!value.is_sequence()) items = {value};
  else if (!option.repeatable) return usage_at(value, fmt::format("{} takes one value, no list", option.name));
  std::vector<std::string> values;
  for (const YamlValue& item : items) {
    const auto text = item.text();
    if (!text || item.is_null()) return usage_at(item, fmt::format("{} has no value", option.name));
    if (auto checked = check_value(option, *text); !checked.ok()) {
      return usage_at(item, fmt::format("{}: {}", option.name, checked.error().message()));
    }
    values.emplace_back(*text);
  }
  return values;
}

class ConfigWalker {
 public:
  explicit ConfigWalker(const Verb& verb) : verb_(verb), taken_(options_of(verb)) {}

  /// `words` is the section's path. Sections are words of verbs, so their depth is that of the longest verb.
  Status walk(const YamlValue& section, const std::string& words) {
    const auto options = options_below(words);
    const std::string prefix = words.empty() ? "" : words + ' ';
    const auto sections = next_words(prefix);
    std::set<std::string_view> seen;
    std::vector<YamlValue::Member> deeper;
    for (const YamlValue::Member& member : section.members()) {
      const std::string_view key = member.key.text_or("");
      if (!seen.insert(key).second)
        return usage_at(member.key, fmt::format("{} is set twice", base::printable(key)));
      const bool names_section = std::find(sections.begin(), sections.end(), key) != sections.end();
      if (names_section && member.value.is_mapping()) {
        deeper.push_back(member);
      } else if (const Option* option = option_for(key, options)) {
        DOORMAN_TRY(std::vector<std::string> values, values_of(member.value, *option));
        if (applies(words, *option)) settings_.push_back({option, std::move(values)});
      } else if (names_section) {
        return usage_at(member.value, fmt::format("{} must hold a mapping of settings", key));
      } else {
        return unknown_key(member.key, key, options, sections);
      }
    }
    for (const YamlValue::Member& member : deeper) {
      DOORMAN_CHECK(walk(member.value, fmt::format("{}{}", prefix, member.key.text_or(""))));
    }
    return {};
  }

  std::vector<Setting> take() { return std::move(settings_); }

 private:
  /// Verbs may have options of the same name: this verb's own comes first.
  [[nodiscard]] const Option* option_for(std::string_view key, const std::vector<const Option*>& options) const {
    const Option* own = find_by_name(verb_.options, key);
    const bool here = own != nullptr && std::find(options.begin(), options.end(), own) != options.end();
    return here ? own : find_by_name(options, key);
  }

  [[nodiscard]] bool applies(std::string_view words, const Option& option) const {
    const bool within = words.empty() || verb_.words == words || verb_.words.starts_with(fmt::format("{} ", words));
    return within && std::find(taken_.begin(), taken_.end(), &option) != taken_.end();
  }

  static Error unknown_key(const YamlValue& where, std::string_view key, const std::vector<const Option*>& options,
                           const std::vector<std::string_view>& sections) {
    auto known = names_of(options);
    known.insert(known.end(), sections.begin(), sections.end());
    return usage_at(where,
                    fmt::format("`{}` is no setting{}", base::printable(key), base::did_you_mean(key, known)));
  }

  const Verb& verb_;
  std::vector<const Option*> taken_;
  std::vector<Setting> settings_;  ///< outer sections before inner ones
};

}  // namespace

Result<std::vector<Setting>> parse_config(std::string_view yaml, const Verb& verb) {
  DOORMAN_TRY(const base::YamlDocument document, base::YamlDocument::parse(yaml));
  const auto roots = document.roots();
  if (roots.empty() || !roots.front().exists() || roots.front().is_null()) return std::vector<Setting>{};
  if (roots.size() > 1) return usage_at(roots[1], "a configuration file is one document");
  if (!roots.front().is_mapping()) return usage_at(roots.front(), "a configuration file is a mapping of settings");
  ConfigWalker walker(verb);
  DOORMAN_CHECK(walker.walk(roots.front(), ""));
  return walker.take();
}

}  // namespace doorman::app::cli

// SPDX-License-Identifier: Apache-2.0
#include "app/cli/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/cli/arguments.h"
#include "app/cli/config.h"
#include "app/cli/table.h"
#include "base/nearest.h"
#include "base/text.h"

namespace doorman::app::cli {

namespace {

using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::string_view system_config = "/etc/doorman/config.yaml";
constexpr std::string_view variable_prefix = "DOORMAN_";

std::vector<std::string> default_configs(const Environment& environment) {
  std::vector<std::string> paths = {std::string(system_config)};
  const std::string_view folder = variable(environment, "XDG_CONFIG_HOME");
  const std::string_view home = variable(environment, "HOME");
  // The XDG base directory specification has relative paths ignored; here one could lead into a scanned folder.
  if (folder.starts_with('/')) paths.push_back(fmt::format("{}/doorman/config.yaml", folder));
  else if (home.starts_with('/')) paths.push_back(fmt::format("{}/.config/doorman/config.yaml", home));
  return paths;
}

Result<std::vector<Setting>> settings_of(const Environment& environment, const Verb& verb) {
  std::vector<Setting> settings;
  for (const Option* option : options_of(verb)) {
    const std::string name = variable_of(*option);
    const std::string_view text = variable(environment, name);
    if (text.empty() || option->flag_only) continue;
    Setting setting{option, {}};
    for (const std::string_view value : option->repeatable ? base::split(text, ',') : std::vector{text}) {
      DOORMAN_CHECK(check_value(*option, value).in(name));
      setting.values.emplace_back(value);
    }
    settings.push_back(std::move(setting));
  }
  return settings;
}

std::set<std::string> known_variables() {
  std::set<std::string> known;
  for (const Verb* verb : verbs()) {
    for (const Option* option : options_of(*verb)) known.insert(variable_of(*option));
  }
  return known;
}

/// Variables that are nearly, but not quite, the name of a setting. Others are left alone: Kubernetes sets
/// DOORMAN_SERVICE_HOST and the like in every pod beside a service of that name.
std::vector<std::string> suspicious_variables(const Environment& environment) {
  std::vector<std::string> warnings;
  std::set<std::string> known;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(variable_prefix)) continue;
    if (known.empty()) known = known_variables();
    if (known.contains(name)) continue;
    for (const std::string& meant : known) {
      if (!base::is_near(name, meant, 2)) continue;
      warnings.push_back(fmt::format("{} is no setting; did you mean {}?", base::printable(name), meant));
      break;
    }
  }
  return warnings;
}

}  // namespace

/// Puts the settings together; what is applied later wins.
class CommandBuilder {
 public:
  CommandBuilder(const Arguments& arguments, const Environment& environment, const ConfigReader& read_config)
      : arguments_(arguments), environment_(environment), read_config_(read_config), command_(*arguments.verb) {}

  Result<ParsedCommand> build() {
    if (command_.verb().takes_settings) {
      DOORMAN_CHECK(apply_files());
      DOORMAN_TRY(const auto from_environment, settings_of(environment_, command_.verb()));
      apply(from_environment);
      command_.warnings_ = suspicious_variables(environment_);
    }
    apply(arguments_.settings);
    command_.operands_ = arguments_.operands;
    return std::move(command_);
  }

 private:
  void apply(const std::vector<Setting>& settings) {
    for (const Setting& setting : settings) {
      const bool unset = setting.option->is_flag() && !parse_truth(setting.values.back()).value_or(true);
      if (unset) command_.values_.erase(setting.option);
      else command_.values_[setting.option] = setting.values;
    }
  }

  Status apply_files() {
    const std::string named = config_named_by_user();
    const auto paths = named.empty() ? default_configs(environment_) : std::vector{named};
    for (const std::string& path : paths) {
      auto text = read_config_(path);
      if (!text.ok() && text.error().code() == ErrorCode::not_found && named.empty()) continue;
      if (!text.ok()) return text.error().in("configuration");
      DOORMAN_TRY(const auto settings, parse_config(text.value(), command_.verb()).in(base::printable(path)));
      apply(settings);
    }
    return {};
  }

  [[nodiscard]] std::string config_named_by_user() const {
    for (const Setting& setting : arguments_.settings) {
      if (setting.option == &options::config) return setting.values.back();
    }
    return std::string(variable(environment_, variable_of(options::config)));
  }

  const Arguments& arguments_;
  const Environment& environment_;
  const ConfigReader& read_config_;
  ParsedCommand command_;
};

std::string_view variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string_view() : found->second;
}

Environment environment_from(const char* const* entries) {
  Environment environment;
  for (; entries != nullptr && *entries != nullptr; ++entries) {
    const std::string_view entry = *entries;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return environment;
}

std::span<const std::string> ParsedCommand::texts(const Option& option) const {
  const auto found = values_.find(&option);
  return found == values_.end() ? std::span<const std::string>() : std::span<const std::string>(found->second);
}

Result<ParsedCommand> parse_command(std::span<const std::string> arguments, const Environment& environment,
                                    const ConfigReader& read_config) {
  DOORMAN_TRY(const Arguments parsed, parse_arguments(arguments));
  return CommandBuilder(parsed, environment, read_config).build();
}

}  // namespace doorman::app::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/options.h"
#include "app/cli/verb.h"
#include "base/result.h"

namespace doorman::app::cli {

using Environment = std::map<std::string, std::string, std::less<>>;
/// From the `NAME=value` entries of environ(7), which ends in a null pointer.
Environment environment_from(const char* const* entries);

/// The value of a variable; empty when it is not set.
std::string_view variable(const Environment& environment, std::string_view name);

/// Gives the text of a configuration file. `not_found` is an error only for a file that the user named.
using ConfigReader = std::function<base::Result<std::string>(const std::string& path)>;
inline constexpr std::size_t max_config_bytes = 1U << 20U;

/// A command that can be carried out: every option is one that the verb has, and every value can be read.
class ParsedCommand {
 public:
  explicit ParsedCommand(const Verb& verb) : verb_(&verb) {}

  [[nodiscard]] const Verb& verb() const { return *verb_; }
  [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }
  /// What the user should know, but what does not stop the command: a variable that is likely a slip.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  [[nodiscard]] bool get(const Flag& option) const { return !texts(option).empty(); }

  template <typename T>
  [[nodiscard]] std::optional<T> get(const Optional<T>& option) const {
    const auto given = texts(option);
    if (given.empty()) return std::nullopt;
    return option.parse(given.back()).value();
  }

  template <typename T>
  [[nodiscard]] T get(const Defaulted<T>& option) const {
    const auto given = texts(option);
    return option.parse(given.empty() ? option.fallback : std::string_view(given.back())).value();
  }

  template <typename T>
  [[nodiscard]] std::vector<T> get(const Repeated<T>& option) const {
    std::vector<T> values;
    for (const std::string& text : texts(option)) values.push_back(option.parse(text).value());
    return values;
  }

 private:
  friend class CommandBuilder;
  [[nodiscard]] std::span<const std::string> texts(const Option& option) const;

  const Verb* verb_;
  std::vector<std::string> operands_;
  std::map<const Option*, std::vector<std::string>> values_;
  std::vector<std::string> warnings_;
};

/// The command of a program's arguments (without its name), after configuration files, then `DOORMAN_*`, then
/// flags had their say; the later wins. Pure but for `read_config`. `--help` and `--version` become the verbs help
/// and version; no arguments at all mean help. All errors are `usage` errors, but for a file that cannot be read.
base::Result<ParsedCommand> parse_command(std::span<const std::string> arguments, const Environment& environment,
                                          const ConfigReader& read_config);

}  // namespace doorman::app::cli

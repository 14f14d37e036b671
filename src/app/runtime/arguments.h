// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace doorman::app {

/// What an engine asks of a runtime, as far as the door must know. Views into the arguments; empty: not said.
struct RuntimeCall {
  std::string_view command;
  bool makes_container = false;  ///< create, run or restore
  std::string_view bundle;       ///< its folder; the working folder when it is not said
  std::string_view config;       ///< crun's --config: the file that stands for config.json
  std::string_view id;
  std::string_view log, log_format;
  /// The first word of which the two runtimes do not both say the same, or that neither knows here: what would be
  /// made cannot be told for sure. Only of a call that makes a container.
  std::string_view unclear;
};

/// Reads the arguments, without the program's name, by the grammar that runc (urfave/cli over Go's flag package,
/// which moves a command's options in front of its operands) and crun (argp) share: `--name value`, `--name=value`,
/// `-b value`; of an option that is there twice the last counts; `--` ends the options. Allocates nothing.
RuntimeCall parse_runtime_call(std::span<const char* const> arguments);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/cli/setting.h"
#include "base/result.h"

namespace doorman::app::cli {

/// The command line alone, taken apart.
struct Arguments {
  const Verb* verb;
  std::vector<std::string> operands;
  std::vector<Setting> settings;  ///< one for each option that was given; what may be repeated has all its values
};

/// The arguments without the program's name. Conventions of getopt_long(3), without abbreviated names: `--name
/// value`,
/// `--name=value`, `-f value`, `-fvalue`, `-qf value`; options and operands may be mixed; `--` ends the options; a
/// single `-` is an operand. A flag takes `=true` or `=false`. A value that begins with a dash needs the `=`.
/// Of an option that is not repeatable the last one counts.
base::Result<Arguments> parse_arguments(std::span<const std::string> arguments);

}  // namespace doorman::app::cli

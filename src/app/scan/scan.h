// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"

namespace doorman::app {

/// The verb `scan`: reads each target, matches and judges it, tells what it found. Returns the exit code: 0 passed,
/// 1 a rule denies or --fail-on found what it names, 2 a target could not be decided (the others are told all the
/// same).
int scan(const cli::ParsedCommand& command, const cli::Environment& environment);

}  // namespace doorman::app

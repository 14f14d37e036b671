// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"

namespace doorman::app {

/// The verb `up`: the guard, and scans of the images that are here, until SIGINT or SIGTERM. Returns the exit code:
/// 0 done, 2 it could not begin.
int up(const cli::ParsedCommand& command, const cli::Environment& environment);

}  // namespace doorman::app

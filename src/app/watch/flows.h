// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"

namespace doorman::app {

/// The verb `flows`: the map out of the event log, or the policy that it needs. Returns the exit code: 0 told, 2 it
/// could not be read.
int flows(const cli::ParsedCommand& command, const cli::Environment& environment);

}  // namespace doorman::app

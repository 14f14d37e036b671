// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"

namespace doorman::app {

/// The verb `ps`: the containers of which the event log tells, or one of them. Returns the exit code: 0 done, 2 it
/// could not be done, or there is no such container.
int ps(const cli::ParsedCommand& command, const cli::Environment& environment);

}  // namespace doorman::app

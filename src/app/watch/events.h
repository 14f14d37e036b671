// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"

namespace doorman::app {

/// The verb `events`: tells what is in the event log, writes it into a recording (`record FILE`), or asks rules
/// about a recording (`replay FILE`). Returns the exit code: 0 done, 2 it could not be done.
int events(const cli::ParsedCommand& command, const cli::Environment& environment);

}  // namespace doorman::app

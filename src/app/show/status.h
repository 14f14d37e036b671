// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"

namespace doorman::app {

/// Tells what of Doorman is at work on this host. The exit code: 0, or 2.
int status(const cli::ParsedCommand& command, const cli::Environment& environment);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"
#include "app/guard/session.h"
#include "base/result.h"

namespace doorman::app {

/// The verb `guard`: watches the containers of this host until SIGINT or SIGTERM; or, by its flags, tells what it
/// could do here, what it lost, or takes away what it left. Returns the exit code: 0 done, 2 it could not begin.
int guard(const cli::ParsedCommand& command, const cli::Environment& environment);

/// What the options of a guard say; its state folder is made where it is not there.
base::Result<GuardSettings> guard_settings(const cli::ParsedCommand& command, const cli::Environment& environment);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"

namespace doorman::app {

// The verbs `runtime …`. Each returns the exit code: 0 passed, 1 the answer is no, 2 it could not be decided.

/// Judges a bundle that lies there.
int runtime_check(const cli::ParsedCommand& command, const cli::Environment& environment);
/// Makes doorman-runtime, which lies beside this program, the runtime of an engine.
int runtime_install(const cli::ParsedCommand& command);
/// Takes that back.
int runtime_remove(const cli::ParsedCommand& command);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"

namespace doorman::app {

/// Tells of every image of this host, and what to rebuild. The exit code: 0, or 2.
int ls(const cli::ParsedCommand& command, const cli::Environment& environment);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"

namespace doorman::app {

/// Tells what stands between the containers that run here, and what would. The exit code: 0, or 2.
int report_isolation(const cli::ParsedCommand& command, const cli::Environment& environment);

}  // namespace doorman::app

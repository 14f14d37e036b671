// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"

namespace doorman::app {

/// Tells all that is known of one image. The exit code: 0, or 2.
int show(const cli::ParsedCommand& command, const cli::Environment& environment);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"

namespace doorman::app {

/// Writes to standard output; the exit code is `code`, or 2 when it cannot be written.
int tell(std::string_view text, int code = 0);

/// Says on standard error why it could not be decided, and gives the exit code for that, 2.
int tell_failure(const base::Error& error);

}  // namespace doorman::app

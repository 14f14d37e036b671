// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "app/cli/parse.h"
#include "base/result.h"
#include "store/state_dir.h"

namespace doorman::app {

/// The state folder that --state-dir names, or the default one; made where it is missing.
base::Result<store::StateDir> open_state(const std::optional<std::string>& named,
                                         const cli::Environment& environment);

}  // namespace doorman::app

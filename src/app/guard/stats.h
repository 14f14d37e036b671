// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace doorman::app {

/// What `guard --stats` tells out of the log of a state folder: how many records of each kind it has, and what was
/// lost, by cause and container.
base::Result<std::string> guard_stats(const std::string& state_folder);

}  // namespace doorman::app

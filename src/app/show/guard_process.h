// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "model/host_status.h"

namespace doorman::app {

/// The guard that writes the log of that state folder. Its modes are those that its command line and environment,
/// and the settings as they stand now, give: it may have been started with others. Needs the rights of who started
/// it.
model::HostStatus::Guard read_guard(const std::string& state_folder);

/// The process's modes by its command line and environment, as /proc has them: each text ends with NUL.
void add_modes(std::string_view command_line, std::string_view environment, model::HostStatus::Guard& guard);

}  // namespace doorman::app

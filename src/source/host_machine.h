// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/isolation.h"

namespace doorman::source {

/// What the machine is on which this runs: as the processor and the firmware say, and as far as there are devices
/// and programs for machines of its own. `root` stands before each path; empty: this host's.
model::Isolation::Machine host_machine(const std::string& root);

/// `6.1.0-50-amd64`
std::string kernel_release();

}  // namespace doorman::source

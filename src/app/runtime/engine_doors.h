// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/host_status.h"

namespace doorman::app {

/// Which of the engines that have settings below `etc` ask doorman-runtime, by whatever wrote the settings; podman
/// always is among them.
std::vector<model::HostStatus::Door> runtime_doors(const std::string& etc);

}  // namespace doorman::app

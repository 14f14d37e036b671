// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/image_page.h"

namespace doorman::app {

/// What the runtime's door told and has not been thrown away yet, oldest first. What cannot be read is told on
/// standard error.
std::vector<model::AdmissionTold> read_admissions(const std::string& state_folder);

}  // namespace doorman::app

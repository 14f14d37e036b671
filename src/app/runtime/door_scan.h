// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "model/container.h"

namespace doorman::app {

/// Has `doorman scan`, of the program at that path, look at the container's image, in the storage of its engine, so
/// that the state folder knows it afterwards. A process of its own, which has the environment of this one and is
/// killed with its children after `limit`. An error says why nothing is known of the image.
base::Status scan_at_the_door(const std::string& doorman, const model::Container& container,
                              const std::string& state_folder, std::chrono::seconds limit);

/// What `doorman scan` calls the image of that container; an error where no target leads there.
base::Result<std::string> scan_target_of(const model::Container& container);

}  // namespace doorman::app

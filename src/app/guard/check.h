// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace doorman::app {

/// What `guard --check` tells: by which mechanisms the guard works on this machine, and what it cannot see or stop.
struct GuardCheck {
  std::string text;
  bool can_work = false;  ///< the guard can begin here
};
GuardCheck check_guard();

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/result.h"

namespace doorman::action {

/// Sends SIGKILL to the process of that number that was started at `start`, in nanoseconds since boot; a later
/// process of the same number is left alone. `not_found` when it is no more.
base::Status kill_process(std::uint32_t pid, std::uint64_t start);

}  // namespace doorman::action

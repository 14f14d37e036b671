// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "kern/flow_programs.h"

namespace doorman::source::kernel {

/// Appends what the kernel counted and did not tell as the records that it would have made of it. `time` is
/// nanoseconds since boot.
void append_flow_counts(std::string& records, std::span<const kern::FlowCount> counts, std::uint64_t time);

}  // namespace doorman::source::kernel

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace doorman::bench {

/// Appends the records of a recording to an event log in `folder`, and reads them back: beside the floor, a copy of
/// the same bytes into blocks and their writing without any checksum. Prints medians of the rounds, which take
/// turns. The log is removed afterwards.
base::Status measure_log(const std::string& recording, const std::string& folder, std::size_t rounds);

}  // namespace doorman::bench

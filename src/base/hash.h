// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace doorman::base {

/// XXH3-64: fast, the same in every release and on every machine, and no protection against someone who looks for
/// collisions. Files may hold it.
std::uint64_t hash64(Bytes bytes, std::uint64_t seed = 0);

}  // namespace doorman::base

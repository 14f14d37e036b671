// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace doorman::base {

/// MD5, for what others have recorded with it: it tells damage, and nothing of who wants to deceive.
using Md5 = std::array<std::uint8_t, 16>;
Md5 md5_of(Bytes bytes);

}  // namespace doorman::base

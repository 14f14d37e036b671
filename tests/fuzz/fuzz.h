// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"

namespace doorman::fuzz {

#define FUZZ_TARGET(name) void name(base::Bytes input);
#include "fuzz/targets.def"
#undef FUZZ_TARGET

}  // namespace doorman::fuzz

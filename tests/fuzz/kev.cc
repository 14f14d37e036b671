// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/kev.h"

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void kev(base::Bytes input) { (void)parse::advisory::parse_kev(input); }

}  // namespace doorman::fuzz

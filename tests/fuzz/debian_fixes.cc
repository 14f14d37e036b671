// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/debian_fixes.h"

#include "base/text.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void debian_fixes(base::Bytes input) {
  std::string_view line;
  while (base::next_line(input, line)) (void)parse::advisory::parse_debian_fix(line);
}

}  // namespace doorman::fuzz

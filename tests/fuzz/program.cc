// SPDX-License-Identifier: Apache-2.0
#include "parse/package/program.h"

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void program(base::Bytes input) {
  for (const parse::package::KnownProgram& known : parse::package::known_programs()) {
    (void)parse::package::find_version(input, known.sign, true);
  }
  (void)parse::package::find_build_id_version(input);
}

}  // namespace doorman::fuzz

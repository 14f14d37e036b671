// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void install_marks(base::Bytes input) {
  for (const char* path : {"etc/apk/world", "var/lib/apt/extended_states"}) {
    model::FileFacts facts;
    (void)parse::package::install_marks_parser.parse({path, input}, facts);
  }
}

}  // namespace doorman::fuzz

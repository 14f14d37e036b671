// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void go_mod(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::go_mod_parser.parse({"go.mod", input}, facts);
}

}  // namespace doorman::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void cargo_lock(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::cargo_lock_parser.parse({"Cargo.lock", input}, facts);
}

}  // namespace doorman::fuzz

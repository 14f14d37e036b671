// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void yarn_lock(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::yarn_lock_parser.parse({"yarn.lock", input}, facts);
}

}  // namespace doorman::fuzz

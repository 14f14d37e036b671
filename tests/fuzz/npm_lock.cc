// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void npm_lock(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::npm_lock_parser.parse({"package-lock.json", input}, facts);
}

}  // namespace doorman::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void pnpm_lock(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::pnpm_lock_parser.parse({"pnpm-lock.yaml", input}, facts);
}

}  // namespace doorman::fuzz

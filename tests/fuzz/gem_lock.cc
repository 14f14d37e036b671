// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void gem_lock(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::gem_lock_parser.parse({"Gemfile.lock", input}, facts);
}

}  // namespace doorman::fuzz

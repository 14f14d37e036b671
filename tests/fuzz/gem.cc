// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void gem(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::gem_parser.parse({"specifications/a.gemspec", input}, facts);
}

}  // namespace doorman::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void apk(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::apk_parser.parse({"lib/apk/db/installed", input}, facts);
}

}  // namespace doorman::fuzz

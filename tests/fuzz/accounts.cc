// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void accounts(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::accounts_parser.parse({"etc/passwd", input}, facts);
}

}  // namespace doorman::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void composer(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::composer_parser.parse({"vendor/composer/installed.json", input}, facts);
  (void)parse::package::composer_lock_parser.parse({"composer.lock", input}, facts);
}

}  // namespace doorman::fuzz

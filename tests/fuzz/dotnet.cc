// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void dotnet(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::dotnet_parser.parse({"a.deps.json", input}, facts);
  (void)parse::package::dotnet_lock_parser.parse({"packages.lock.json", input}, facts);
}

}  // namespace doorman::fuzz

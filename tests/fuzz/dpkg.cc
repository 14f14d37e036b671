// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void dpkg(base::Bytes input) {
  for (const std::string_view path :
       {"var/lib/dpkg/status", "var/lib/dpkg/status.d/name", "var/lib/dpkg/status.d/name.md5sums",
        "var/lib/dpkg/info/name:arch.list", "var/lib/dpkg/diversions"}) {
    model::FileFacts facts;
    (void)parse::package::dpkg_parser.parse({path, input}, facts);
  }
}

}  // namespace doorman::fuzz

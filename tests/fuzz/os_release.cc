// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void os_release(base::Bytes input) {
  for (const std::string_view path :
       {"etc/os-release", "etc/debian_version", "etc/alpine-release", "etc/redhat-release"}) {
    model::FileFacts facts;
    (void)parse::package::os_release_parser.parse({path, input}, facts);
  }
}

}  // namespace doorman::fuzz

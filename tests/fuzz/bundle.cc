// SPDX-License-Identifier: Apache-2.0
#include "parse/container/bundle.h"

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void bundle(base::Bytes input) {
  const auto parsed = parse::container::parse_bundle(input);
  if (!parsed.ok()) return;
  (void)parsed->annotation("a");
  (void)parsed->find_namespace("pid");
  (void)parsed->is_privileged();
  for (const auto& mount : parsed->mounts) (void)(mount.is_writable() && mount.is_of_host());
}

}  // namespace doorman::fuzz

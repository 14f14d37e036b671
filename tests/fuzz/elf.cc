// SPDX-License-Identifier: Apache-2.0
#include "parse/binary/elf.h"

#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void elf(base::Bytes input) {
  for (const std::string_view path : {"usr/bin/program", "usr/bin/redis-server", "usr/bin/mongod"}) {
    model::FileFacts facts;
    (void)parse::package::elf_parser.parse({path, input}, facts);
  }
  const auto elf = parse::binary::Elf::parse(input);
  if (!elf.ok()) return;
  (void)elf->is_static();
  (void)elf->build_id();
}

}  // namespace doorman::fuzz

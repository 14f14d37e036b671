// SPDX-License-Identifier: Apache-2.0
#include "parse/package/gobuild.h"

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

/// The list of modules alone, which a fuzzer would hardly reach through an ELF file.
void gobuild(base::Bytes input) {
  const std::size_t line = input.find('\n');
  model::FileFacts facts;
  parse::package::add_go_packages({input.substr(0, line), input.substr(line == base::Bytes::npos ? 0 : line + 1)},
                                  "program", facts);
}

}  // namespace doorman::fuzz

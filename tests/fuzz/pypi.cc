// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "fuzz/fuzz.h"
#include "parse/package/all.h"

namespace doorman::fuzz {

void pypi(base::Bytes input) {
  // The path is hostile too: it is the first line.
  const std::size_t end = std::min(input.find('\n'), input.size());
  model::FileFacts facts;
  facts.path = input.substr(0, end);
  (void)parse::package::pypi_parser.parse({facts.path, input.substr(end)}, facts);
}

}  // namespace doorman::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "model/purl.h"

#include <cstdlib>

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void purl(base::Bytes input) {
  if (const auto parsed = model::parse_purl(input)) {
    // What was read must be written so that it reads the same again, unless escaping makes it too long.
    const std::string text = model::to_text(*parsed);
    const auto again = model::parse_purl(text);
    if (text.size() <= model::max_purl_bytes && (!again || *again != *parsed)) std::abort();
  }
  model::Package package;
  package.type = static_cast<model::PackageType>(input.size() % 12);
  package.name = input;
  package.version = input.substr(input.size() / 2);
  const model::Distribution distribution = {"debian", "12", "", ""};
  (void)model::purl_of(package, &distribution);
}

}  // namespace doorman::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "model/cvss.h"

#include <cstdlib>

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void cvss(base::Bytes input) {
  const auto rated = model::parse_cvss(input);
  if (rated && (rated->score < 0 || rated->score > 10)) std::abort();
}

}  // namespace doorman::fuzz

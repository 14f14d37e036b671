// SPDX-License-Identifier: Apache-2.0
#include "base/json_tree.h"

#include <cstdlib>

#include "fuzz/fuzz.h"
#include "json_both.h"

namespace doorman::fuzz {

/// The two readers of JSON agree about every text.
void json_tree(base::Bytes input) {
  if (!test::difference(input).empty()) std::abort();
}

}  // namespace doorman::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "app/cli/config.h"
#include "app/cli/table.h"

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void config(base::Bytes input) {
  for (const app::cli::Verb* verb : app::cli::verbs()) (void)app::cli::parse_config(input, *verb);
}

}  // namespace doorman::fuzz

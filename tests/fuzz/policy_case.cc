// SPDX-License-Identifier: Apache-2.0
#include "app/policy/case_file.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void policy_case(base::Bytes input) {
  const auto cases = app::parse_cases(input);
  if (!cases.ok()) return;
  base::Arena scratch;
  for (const app::Case& each : *cases) {
    for (const model::Field& field : model::fields()) {
      (void)each.facts->read({.id = field.id, .has_argument = true, .index = 0, .key = "0"}, scratch);
    }
  }
}

}  // namespace doorman::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/told_admission.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void admission_line(base::Bytes input) {
  const auto told = app::parse_admission_line(input);
  if (!told.ok()) return;
  base::Arena scratch;
  const auto facts = app::facts_of(*told);
  for (const model::Field& field : model::fields()) (void)facts->read({.id = field.id, .key = {}}, scratch);
}

}  // namespace doorman::fuzz

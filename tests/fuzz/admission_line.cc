// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/admission_entry.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void admission_line(base::Bytes input) {
  const auto told = app::parse_admission_line(input);
  if (!told.ok()) return;
  base::Arena scratch;
  for (const model::Field& field : model::fields()) (void)told->facts->read({.id = field.id, .key = {}}, scratch);
}

}  // namespace doorman::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "parse/image/reference.h"

#include <cstdlib>

#include "fuzz/fuzz.h"

void doorman::fuzz::reference(base::Bytes input) {
  const auto parsed = parse::image::parse_reference(input);
  if (!parsed.ok()) return;
  const auto again = parse::image::parse_reference(parsed->text());
  if (!again.ok() || !(*again == *parsed)) std::abort();
}

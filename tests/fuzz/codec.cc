// SPDX-License-Identifier: Apache-2.0
#include "model/codec.h"

#include <cstdlib>

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

/// The input is tried as a whole file and, since no mutation finds a checksum, as a payload in a good frame.
void codec(base::Bytes input) {
  (void)model::decode(input);
  const auto facts = model::decode(model::frame(input));
  if (!facts.ok()) return;
  const std::string once = model::encode(*facts);
  const auto again = model::decode(once);
  if (!again.ok() || model::encode(*again) != once) std::abort();
}

}  // namespace doorman::fuzz

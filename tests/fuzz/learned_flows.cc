// SPDX-License-Identifier: Apache-2.0
#include "derive/learned_flows.h"

#include <cstdlib>

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

/// What was read and is written again reads the same.
void learned_flows(base::Bytes input) {
  const auto flows = derive::LearnedFlows::from_json(input, {.images = 16, .flows = 64});
  if (!flows.ok()) return;
  const std::string text = flows->to_json();
  const auto again = derive::LearnedFlows::from_json(text, {.images = 16, .flows = 64});
  if (!again.ok() || again->to_json() != text) std::abort();
}

}  // namespace doorman::fuzz

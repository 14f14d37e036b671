// SPDX-License-Identifier: Apache-2.0
#include "model/inventory.h"

namespace doorman::model {

std::string_view to_text(Support::State state) {
  switch (state) {
    case Support::State::unknown:
      return "unknown";
    case Support::State::supported:
      return "supported";
    case Support::State::extended:
      return "extended";
    case Support::State::ended:
      return "ended";
  }
  return "unknown";
}

}  // namespace doorman::model

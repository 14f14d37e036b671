// SPDX-License-Identifier: Apache-2.0
#include "model/image_past.h"

namespace doorman::model {

std::string_view to_text(PastVerdict::Door door) {
  switch (door) {
    case PastVerdict::Door::scan:
      return "scan";
    case PastVerdict::Door::runtime:
      return "runtime";
    case PastVerdict::Door::guard:
      return "guard";
  }
  return {};
}

}  // namespace doorman::model

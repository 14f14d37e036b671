// SPDX-License-Identifier: Apache-2.0
#include "model/host_status.h"

#include <string_view>

namespace doorman::model {

std::string_view to_text(HostStatus::Door::State state) {
  switch (state) {
    case HostStatus::Door::State::absent:
      return "absent";
    case HostStatus::Door::State::available:
      return "available";
    case HostStatus::Door::State::installed:
      return "installed";
  }
  return {};
}

}  // namespace doorman::model

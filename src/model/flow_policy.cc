// SPDX-License-Identifier: Apache-2.0
#include "model/flow_policy.h"

#include <utility>

namespace doorman::model {

FlowEntry::Act judge(const FlowPolicy& policy, bool bind, std::uint8_t protocol, std::uint16_t port,
                     const base::IpAddress& address) {
  using Class = std::pair<std::uint8_t, std::uint16_t>;
  for (const Class& each :
       {Class{protocol, port}, Class{protocol, std::uint16_t{0}}, Class{protocol::any, std::uint16_t{0}}}) {
    const FlowEntry* best = nullptr;
    for (const FlowEntry& entry : policy.entries) {
      if (entry.bind != bind || Class{entry.protocol, entry.port} != each || !entry.network.contains(address))
        continue;
      if (best == nullptr || best->network.prefix < entry.network.prefix) best = &entry;
    }
    if (best != nullptr) return best->act;
  }
  return FlowEntry::Act::by_mode;
}

}  // namespace doorman::model

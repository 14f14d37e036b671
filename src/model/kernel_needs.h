// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/event_type.h"
#include "model/field.h"

namespace doorman::model {

/// Which events of one type matter: the rest need not leave the kernel.
struct EventNeed {
  EventType type = EventType::none;
  bool any_path = true;               ///< else only what the next two name
  std::vector<std::string> paths;     ///< whole paths, sorted
  std::vector<std::string> prefixes;  ///< of paths, sorted; none is a prefix of another
  bool reads = true, writes = true;   ///< of an open: for reading, for writing
};

/// What the active rules ask of the kernel's side: what to attach, what to let through, what to fill in.
struct KernelNeeds {
  std::vector<EventNeed> events;  ///< by type, in the order of EventType
  std::vector<FieldId> fields;    ///< that conditions and outputs read, sorted
};

}  // namespace doorman::model

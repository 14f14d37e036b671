// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/event_type.h"
#include "model/field.h"

namespace doorman::model {

/// Events of one type that a rule needs: those of which all of this is so. The rest need not leave the kernel.
struct EventNeed {
  EventType type = EventType::none;
  bool any_path = true;               ///< else only what the next four name
  std::vector<std::string> paths;     ///< whole paths, sorted
  std::vector<std::string> prefixes;  ///< of paths, sorted; none is a prefix of another
  std::vector<std::string> folders;   ///< each with its last '/', sorted: what lies in one, but not deeper
  std::vector<std::string> endings;   ///< of paths, sorted; at least `least_ending` bytes each
  bool reads = true, writes = true;   ///< of an open: for reading, for writing
  bool successes = true, failures = true;
  bool truncates = false;     ///< of an open: only with O_TRUNC
  bool in_container = false;  ///< only those of containers
  bool climbs = false;        ///< only where the path, as the caller wrote it, has `..` in it

  static constexpr std::size_t least_ending = 4;
  bool operator==(const EventNeed&) const = default;
};

/// What the active rules ask of the kernel's side: what to attach, what to let through, what to fill in.
struct KernelNeeds {
  std::vector<EventNeed> events;  ///< in the order of EventType; one type may stand there several times
  std::vector<FieldId> fields;    ///< that conditions and outputs read, sorted
};

}  // namespace doorman::model

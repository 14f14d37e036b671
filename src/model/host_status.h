// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/flow.h"
#include "model/guard_record.h"

namespace doorman::model {

/// What of Doorman is at work on a host.
struct HostStatus {
  struct Guard {
    std::uint32_t pid = 0;  ///< 0: none writes the log of this state folder
    std::optional<base::Time> since;
    // As its command line, environment and settings say; nothing: they cannot be read.
    std::optional<DriftMode> drift;
    std::optional<FlowMode> flows;
    std::vector<std::string> rules;  ///< empty: the pack runtime
    std::uint64_t attached = 0;      ///< programs that are pinned in the kernel, whether a guard runs or not
  };
  struct Door {
    enum class State : std::uint8_t {
      absent,     ///< the engine does not ask
      available,  ///< it asks for containers that name the runtime
      installed,  ///< for every container
    };
    std::string engine;
    State state = State::absent;
    std::string problem;  ///< why it is not known; empty: it is
  };
  struct Day {                                          ///< the last 24 hours
    std::uint64_t refused_starts = 0, told_starts = 0;  ///< at the runtime's door
    std::uint64_t alerts = 0;
    std::uint64_t refused_programs = 0, killed_programs = 0, told_programs = 0;
    std::uint64_t refused_connections = 0;
    std::uint64_t lost = 0;        ///< records
    std::uint64_t containers = 0;  ///< that the event log tells of
  };

  Guard guard;
  std::vector<Door> doors;
  std::optional<base::Time> database;
  bool database_built_in = false;
  std::uint64_t database_records = 0;
  std::string state_folder;
  std::uint64_t state_bytes = 0, log_bytes = 0, layers = 0;
  std::uint64_t images = 0, scanned_images = 0;  ///< that engines have; of these, that were scanned
  std::uint64_t known_images = 0;                ///< that were scanned, wherever they are
  std::uint64_t containers = 0, running = 0;
  bool knows_running = false, has_log = false;
  Day day;
};
std::string_view to_text(HostStatus::Door::State state);

}  // namespace doorman::model

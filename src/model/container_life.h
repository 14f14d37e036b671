// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "model/container.h"
#include "model/guard_record.h"

namespace doorman::model {

/// How often, and from when to when, in nanoseconds since 1970.
struct SeenTimes {
  std::uint64_t count = 0, first = 0, last = 0;

  void add(std::uint64_t time) {
    if (count++ == 0) first = time;
    last = time;
  }
};

/// A program that ran in a container, with those that its processes started.
struct ProgramNode {
  SeenTimes runs;
  std::string command_line;                    ///< of the latest run
  std::map<std::string, ProgramNode> started;  ///< by path
};

/// Somebody that a container spoke to, or that spoke to it.
struct PeerSeen {
  std::string name;  ///< that the container was told for the address; may be empty
  base::IpAddress address;
  std::uint16_t port = 0;  ///< of the end that was called
  std::uint8_t protocol = 0;
  bool inbound = false;
  SeenTimes times;
  std::uint64_t refused = 0, unknown = 0;  ///< of the attempts
  std::uint64_t sent = 0, received = 0;
};

struct DriftSeen {
  std::string path;
  DriftRecord::Reason reason = DriftRecord::Reason::written;
  DriftRecord::Done done = DriftRecord::Done::told;
  SeenTimes times;
};

struct AlertSeen {
  std::string rule, output;  ///< the latest output
  Priority priority = Priority::warning;
  SeenTimes times;
};

/// What a log tells of one container, from its first record to its last.
struct ContainerHistory {
  Container container;      ///< as it was known last
  SeenTimes records;        ///< of it and its processes
  std::uint64_t ended = 0;  ///< nanoseconds since 1970; 0: not told
  bool is_there = false;    ///< as of the end of the log
  std::optional<int> exit;  ///< how its first process ended, as wait(2) gives it; nothing: not told
  std::uint64_t executions = 0, alerts = 0, drift = 0, refused = 0, lost = 0;
  ProgramNode programs;         ///< the root is none itself
  std::vector<PeerSeen> peers;  ///< in the order in which they were first seen, as are the next two
  std::vector<DriftSeen> drifted;
  std::vector<AlertSeen> alerted;
  std::uint64_t not_kept = 0;  ///< that found no room in the lists
};

}  // namespace doorman::model

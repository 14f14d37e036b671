// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/container_life.h"
#include "model/image_overview.h"

namespace doorman::model {

/// A container that ran once.
struct PastContainer {
  std::string id, name, engine;
  std::string image;                   ///< as it was asked for
  std::uint64_t began = 0, ended = 0;  ///< nanoseconds since 1970; 0: not told
  std::optional<int> exit = {};        ///< as wait(2) gives it
};

/// What a scan found with a database; the same again with the same one is one of these.
struct PastScan {
  std::uint64_t first = 0, last = 0;  ///< when, in nanoseconds since 1970
  std::optional<base::Time> database;
  FlawCounts flaws;
};

/// What a door said of the image by one rule.
struct PastVerdict {
  enum class Door : std::uint8_t { scan, runtime, guard };
  Door door = Door::scan;
  std::string rule;
  bool refused = false;  ///< at least the last time
  SeenTimes times;
};
std::string_view to_text(PastVerdict::Door door);

struct PastProgram {
  std::string path;
  std::string sha256;  ///< of the image's file, 64 hex digits; empty: not known
  SeenTimes times;
};

/// What is remembered of one image when the event log has forgotten it.
struct ImagePast {
  std::string image;                  ///< digest of its configuration
  std::uint64_t first = 0, last = 0;  ///< seen, in nanoseconds since 1970
  std::vector<std::string> names;
  std::vector<PastContainer> containers;
  std::vector<PastScan> scans;
  std::vector<PastVerdict> verdicts;
  std::vector<PastProgram> programs;
  std::vector<PeerSeen> peers;
  std::vector<DriftSeen> drifted;
};

}  // namespace doorman::model

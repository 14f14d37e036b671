// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "model/verdict.h"

namespace doorman::model {

/// What records say that the guard makes beside system calls: the part of each that is not in EventRecord. The
/// texts belong to the record's bytes. The numbers are those of bpf/event.h.

/// Of EventRecord::Kind::cgroup.
struct CgroupRecord {
  std::string_view path;  ///< below the root of the v2 hierarchy, from `/`
  std::uint64_t parent = 0;
  std::string_view comm;  ///< short name of who made it
};

/// Of EventRecord::Kind::flow; the ends are the record's object.
struct FlowRecord {
  enum class Kind : std::uint8_t { connect = 1, send, bind, listen, established, closed };
  enum class Verdict : std::uint8_t {
    allowed,
    unknown,  ///< let through, though the policy does not know it
    refused,
  };
  Kind kind = Kind::connect;
  Verdict verdict = Verdict::allowed;
  std::uint32_t repeats = 0;             ///< of the same since it was last told, this time not counted
  std::uint64_t sent = 0, received = 0;  ///< bytes; of a closed one
};

/// What is done about programs that are not the image's.
enum class DriftMode : std::uint8_t { off, alert, deny, kill };
inline constexpr std::array<std::string_view, 4> drift_mode_names = {"off", "alert", "deny", "kill"};

/// Of EventRecord::Kind::drift; the file is the record's object.
struct DriftRecord {
  enum class Reason : std::uint8_t { written = 1, memory, unlinked, foreign, loader, script, data };
  enum class Done : std::uint8_t { told, refused, killed };
  std::string_view path;      ///< absolute, as the container sees it
  std::string_view filename;  ///< as the caller wrote it
  Reason reason = Reason::written;
  Done done = Done::told;
  DriftMode mode = DriftMode::alert;  ///< that was in force
};

/// Of EventRecord::Kind::lost.
struct LostRecord {
  enum class Cause : std::uint8_t { ring_full = 1, over_share, table_full, log };
  Cause cause = Cause::ring_full;
  std::uint64_t count = 0;  ///< since the last such record
};

/// Of EventRecord::Kind::alert.
struct AlertRecord {
  std::string_view rule, output;
  std::string_view source;  ///< the word behind `source:`
  std::string_view tags;    ///< each ends with NUL
  std::string_view fields;  ///< name, value, name, value … of what the output names; each ends with NUL
  Priority priority = Priority::warning;
  Action action = Action::alert;  ///< that the rule asks for
  Action done = Action::alert;    ///< that was done
};

}  // namespace doorman::model

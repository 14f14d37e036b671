// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "store/event_log_format.h"

namespace doorman::store {

/// The append-only log of events: STATE/events/ with segments of checksummed blocks of records, as bpf/event.h has
/// them (docs/event-log.md). One writer at a time; any number of readers meanwhile (EventLogReader).
///
/// What flush() acknowledged survives the death of the process; what sync() acknowledged, that of the machine. Old
/// segments are synced and removed by a thread of the log's own, so that neither holds the caller up. Not for use
/// from several threads.
class EventLog {
 public:
  struct Limits {
    std::uint64_t segment_bytes = 64U << 20U;
    std::uint64_t total_bytes = 1ULL << 30U;                  ///< of all segments: the oldest go first
    std::chrono::hours max_age{std::chrono::hours(30 * 24)};  ///< since a segment was last written
    std::size_t block_bytes = 256U << 10U;  ///< written at once; at most half of BlockHead::max_length
  };

  /// Appends the records that say what is so now: containers, and processes that live or have children that do.
  /// Asked for whenever a segment begins, so that each can be read alone. Of more than a quarter of a segment the
  /// rest is left out, and counted.
  using Opening = std::function<void(std::string& records)>;

  struct Settings {
    LogOrigin origin;
    Limits limits;
    Opening opening;  ///< may be empty
  };

  /// Makes the folder where it is missing, cuts off what a killed writer left half-written, and begins a segment. A
  /// `denied` error that names the process when another one writes this log.
  static base::Result<std::unique_ptr<EventLog>> open(const std::string& state_folder, Settings settings);

  /// Flushes, as far as it can.
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// One or more whole records, back to back. Never fails: what cannot be written is counted, and tried again with
  /// the next block.
  void append(base::Bytes records);

  /// Everything that was appended is with the kernel when this returns ok. After an error it is lost and counted.
  base::Status flush();
  /// And on the disk.
  base::Status sync();
  /// Begins another segment.
  base::Status rotate();
  /// Removes segments that are too old or too many; done by itself when a segment begins.
  void prune();

  /// Records that were lost as they could not be written, by control group, since this was last asked for; empty
  /// while nothing can be written yet. Meant to be told in the log itself.
  std::unordered_map<std::uint64_t, std::uint64_t> take_lost();

  struct Counters {
    std::uint64_t records = 0, bytes = 0;  ///< written, without openings
    std::uint64_t blocks = 0, segments = 0;
    std::uint64_t lost = 0;     ///< records
    std::uint64_t refused = 0;  ///< bytes that were no records
    std::uint64_t openings_cut = 0;
  };
  [[nodiscard]] const Counters& counters() const;
  /// What was found and mended when the log was opened, and what went wrong since, for people; each once.
  std::vector<std::string> take_notes();

 private:
  class Writer;
  explicit EventLog(std::unique_ptr<Writer> writer);
  std::unique_ptr<Writer> writer_;
};

}  // namespace doorman::store

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "store/event_log_format.h"

namespace doorman::store {

/// Reads the event log, while it is written or afterwards. What is damaged is skipped block by block and noted with
/// its place; it never ends the reading.
class EventLogReader {
 public:
  /// More notes are counted, not kept.
  static constexpr std::size_t max_notes = 100;

  struct Entry {
    base::Bytes record;  ///< lives until the next call; framed, but not taken apart
    const SegmentHead* segment = nullptr;
    bool first_of_segment = false;  ///< what was known before may be forgotten: the opening says it anew
    bool is_opening = false;        ///< tells what was so already
  };

  /// Begins with the last segment that began before `since` (nanoseconds since 1970), so that its opening tells
  /// what was so then; 0: with the oldest. A folder that is not there reads as empty.
  static base::Result<EventLogReader> open(const std::string& state_folder, std::uint64_t since = 0);
  /// Of one segment that somebody has in memory: for tests and fuzzing.
  static EventLogReader of(std::string segment);

  ~EventLogReader();
  EventLogReader(EventLogReader&&) noexcept;
  EventLogReader& operator=(EventLogReader&&) noexcept;

  /// The next record; nothing at the end of what is there now. Asked again later, it goes on with what came since.
  std::optional<Entry> next();
  /// Waits until there may be more, at most so long.
  void wait(std::chrono::milliseconds longest);

  /// What was skipped: `00…42.log: byte 4096: …`; each once.
  std::vector<std::string> take_notes();
  /// Those that did not fit among the notes.
  [[nodiscard]] std::uint64_t more_notes() const;

 private:
  class Impl;
  explicit EventLogReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace doorman::store

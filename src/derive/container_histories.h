// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "derive/event_stream.h"
#include "model/container_life.h"

namespace doorman::derive {

/// The most that is kept, whatever containers do to fill it.
struct HistoryLimits {
  std::size_t containers = 1U << 17U;
  std::size_t programs = 4096;  ///< nodes of one container's tree
  std::size_t peers = 4096, drifted = 1024, alerted = 1024;
};

/// Folds what a log tells into one history a container, by its id: a container that is started again goes on.
class ContainerHistories {
 public:
  explicit ContainerHistories(HistoryLimits limits = {}) : limits_(limits) {}

  // What a record tells; `time` is in nanoseconds since 1970. Those of the host are passed over.

  void add_known(const EventStream::Seen& seen, std::uint64_t time);
  void add_gone(const EventStream::Seen& seen, std::uint64_t time);
  void add_execution(const EventStream::Seen& seen, std::uint64_t time);
  /// `status` as wait(2) gives it. The end of a container's first process is the container's.
  void add_exit(const EventStream::Seen& seen, int status, std::uint64_t time);
  void add_flow(const EventStream::Seen& seen, const model::EventObject& ends, const model::FlowRecord& flow,
                std::string_view name, std::uint64_t time);
  void add_drift(const EventStream::Seen& seen, const model::DriftRecord& drift, std::uint64_t time);
  void add_alert(const EventStream::Seen& seen, const model::AlertRecord& alert, std::uint64_t time);
  void add_lost(const EventStream::Seen& seen, std::uint64_t count, std::uint64_t time);

  /// All that there are, by when they were first seen. `now` is the stream at the log's end: who is there.
  [[nodiscard]] std::vector<const model::ContainerHistory*> all(const EventStream& now);
  /// The same, without saying who is there.
  [[nodiscard]] std::vector<const model::ContainerHistory*> all() const;

 private:
  struct Kept {
    model::ContainerHistory history;
    std::size_t programs = 0;
    // Indices of what is in the lists already, by a key of its parts.
    std::unordered_map<std::string, std::size_t> peers, drifted, alerted;
  };
  Kept* kept(const EventStream::Seen& seen, std::uint64_t time);

  HistoryLimits limits_;
  std::map<std::string, Kept, std::less<>> by_id_;
};

}  // namespace doorman::derive

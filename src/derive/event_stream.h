// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "derive/process_table.h"
#include "model/container.h"
#include "model/event_record.h"
#include "model/guard_record.h"
#include "model/process.h"
#include "model/system_event.h"

namespace doorman::derive {

/// How what a record carries is read; parse/event has the functions, which this room does not know.
struct RecordDecoders {
  base::Status (*process)(const model::EventRecord&, model::ProcessChange&) = nullptr;
  std::function<base::Result<model::Container>(const model::EventRecord&)> container;
  base::Result<model::CgroupRecord> (*cgroup)(const model::EventRecord&) = nullptr;
};

/// Records, one after another, as rules see them: feeds the process table and the containers, and gives for each
/// record the process, container and context that a model::SystemEvent needs. The guard's loop, `events`, `ps` and
/// replay all see events through this, so that they see the same.
///
/// A control group below a container's is that container's too, whether its own record or the container's comes
/// first.
class EventStream {
 public:
  struct Settings {
    RecordDecoders decoders = {};
    std::uint64_t boot_time = 0;  ///< nanoseconds since 1970
    std::string hostname = {};
    const model::AddressNames* address_names = nullptr;  ///< outlives the stream; may be null
    ProcessLimits limits = {};
  };

  explicit EventStream(Settings settings);

  /// A record's surroundings as of this record. Valid until the next call of take(); never to be kept.
  struct Seen {
    const model::Process* process = nullptr;      ///< null: nothing is known of it
    const model::Container* container = nullptr;  ///< null: of the host
    const model::EventContext* context = nullptr;
  };

  /// Takes in what the record tells. `is_opening` is set for records that only repeat what was so before: they do
  /// not count as events. An error is of the record; the stream goes on with the next.
  base::Result<Seen> take(const model::EventRecord& record, bool is_opening = false);

  /// The facts for rules; for records of every kind, though only those with a type are events of the kernel.
  [[nodiscard]] static model::SystemEvent event(const model::EventRecord& record, const Seen& seen) {
    return {record, seen.process, seen.container, *seen.context};
  }

  [[nodiscard]] const model::EventContext& context() const { return context_; }
  [[nodiscard]] const ProcessTable& processes() const { return table_; }

  /// Whether that control group was told as a container's, and is there.
  [[nodiscard]] bool is_container(std::uint64_t cgroup) const { return since_.contains(cgroup); }
  /// Containers that are there, by the control groups that were told as theirs; `since` is when that was, on the
  /// records' clock.
  void each_container(
      const std::function<void(std::uint64_t cgroup, std::uint64_t since, const model::Container&)>& visit) const;
  /// The control groups below containers, parents first.
  void each_group(const std::function<void(std::uint64_t cgroup, std::uint64_t parent)>& visit) const;

 private:
  struct Group {
    std::uint64_t parent = 0;
    std::uint64_t owner = 0;  ///< the control group of the container that it is in; 0: none
    std::vector<std::uint64_t> children;
  };

  base::Status take_container(const model::EventRecord& record);
  base::Status take_cgroup(const model::EventRecord& record);
  void forget(const model::EventRecord& record);
  void count(const model::EventRecord& record);
  void adopt(std::uint64_t cgroup, std::uint64_t owner, const model::EventRecord& record);

  RecordDecoders decoders_;
  model::ProcessChange change_;  ///< of the record that is being taken in
  std::size_t max_groups_;
  ProcessTable table_;
  model::EventContext context_;
  std::uint64_t latest_ = 0;  ///< time of the latest event
  std::unordered_map<std::uint64_t, Group> groups_;
  std::unordered_map<std::uint64_t, std::uint64_t> since_;  ///< of the groups that were told as a container's
};

}  // namespace doorman::derive

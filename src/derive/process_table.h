// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "model/container.h"
#include "model/event_record.h"
#include "model/process.h"

namespace doorman::derive {

/// The most that a process table keeps, whatever a container does to fill it.
struct ProcessLimits {
  std::size_t processes = 1U << 18U;     ///< alive, and dead ones that are remembered
  std::size_t text_bytes = 256U << 20U;  ///< of programs; beyond it environments and arguments are not kept
  std::size_t containers = 1U << 16U;
  std::size_t recently_exited = 4096;  ///< processes, and containers: late events still find them
  std::size_t ancestors = 64;          ///< of a longer line the oldest are forgotten
};

/// The processes of a machine and its containers, as records tell them. A dead process is kept while it has
/// children, so that a child's ancestry is who started it, and not who took the orphan in. What found no room is
/// counted.
class ProcessTable {
 public:
  struct Counters {
    std::uint64_t refused = 0;         ///< processes and containers
    std::uint64_t texts_not_kept = 0;  ///< programs without their arguments or environment
    std::uint64_t unknown = 0;         ///< records of processes of which nothing is known
  };

  explicit ProcessTable(ProcessLimits limits = {});
  ~ProcessTable();
  ProcessTable(const ProcessTable&) = delete;
  ProcessTable& operator=(const ProcessTable&) = delete;

  /// The process that a record is about, with its container, user and revision as of this record; nullptr when
  /// nothing is known of it. Valid until the next call of apply.
  const model::Process* find(const model::EventRecord& record);

  /// What an exec, fork, exit or change says. Records of different processors may come in another order than things
  /// happened.
  void apply(const model::EventRecord& record, const model::ProcessChange& change);

  /// A control group is this container from now on; a record that says `gone` forgets it. Group 0 is the host
  /// itself.
  void apply(const model::EventRecord& record, model::Container container);

  /// nullptr: of the host, as far as is known.
  [[nodiscard]] const model::Container* container(std::uint64_t cgroup) const;
  [[nodiscard]] const model::Container& host() const { return host_; }

  [[nodiscard]] std::size_t size() const { return used_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Entry;
  struct Slot {
    std::uint64_t start = 0;
    Entry* entry = nullptr;
  };
  struct KnownContainer {
    std::unique_ptr<const model::Container> container;
    std::uint64_t revision = 0;
  };

  [[nodiscard]] std::size_t place_of(model::ProcessKey key) const;
  [[nodiscard]] Entry* look_up(model::ProcessKey key) const;
  Entry* find_or_add(model::ProcessKey key);
  void grow();
  void erase(Entry* entry);

  void link(Entry& entry, model::ProcessKey parent);
  void cut_line(Entry& entry);
  void release(Entry* entry);
  void forget_oldest_exited();

  void apply_fork(const model::EventRecord& record, const model::ProcessChange& change);
  void apply_exit(const model::EventRecord& record);
  void set_state(Entry& entry, model::ProcessState state);
  void set_program(Entry& entry, std::shared_ptr<const model::Program> program);
  std::shared_ptr<const model::Program> program_of(const model::ProcessChange& change, const Entry& entry);

  void touch(Entry& entry);
  void show_descendants(Entry& entry);
  void bring_up_to_date(Entry& entry, const model::EventRecord& record);
  void look_for_container(Entry& entry, std::uint64_t cgroup);

  ProcessLimits limits_;
  Counters counters_;
  std::vector<Slot> slots_;  // a power of two of them, at most half in use
  Entry* latest_ = nullptr;  // that was found: events come in runs of one process
  std::size_t used_ = 0, text_bytes_ = 0;
  std::deque<Entry*> exited_;
  std::deque<std::uint64_t> gone_;  // control groups
  std::unordered_map<std::uint64_t, KnownContainer> containers_;
  model::Container host_;
  std::uint64_t revision_ = 0;
  std::uint64_t epoch_ = 1;  // counts what may change what others see: containers, and processes with children
};

}  // namespace doorman::derive

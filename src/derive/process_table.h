// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/slab.h"
#include "derive/numbering.h"
#include "derive/process_index.h"
#include "derive/program_pool.h"
#include "derive/shared_pool.h"
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

  /// The process that a record is about, with its container, user and numbers as of this record; nullptr when
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

  /// Those that live and the dead that have children in the table; parents come before their children.
  void each(const std::function<void(const model::Process&)>& visit) const;

  [[nodiscard]] std::size_t size() const { return index_.size(); }
  [[nodiscard]] Counters counters() const {
    Counters all = counters_;
    all.texts_not_kept = programs_.texts_not_kept();
    return all;
  }

 private:
  struct Entry;
  using Folder = SharedPool<std::string>::Node;
  struct KnownContainer {
    std::unique_ptr<const model::Container> container;
    std::uint64_t revision = 0;
  };

  [[nodiscard]] Entry* look_up(model::ProcessKey key);
  Entry* find_or_add(model::ProcessKey key);
  void erase(Entry* entry);

  bool link(Entry& entry, Entry* found);
  void cut_line(Entry& entry);
  void release(Entry* entry);
  void forget_oldest_exited();

  void apply_fork(const model::EventRecord& record, const model::ProcessChange& change);
  void inherit(Entry& child, const Entry& parent);
  void apply_exit(const model::EventRecord& record);
  void set_state(Entry& entry, model::ProcessState state);
  void set_program(Entry& entry, ProgramPool::Node* program);
  Folder* folder_of(std::string_view path);
  void set_folder(Entry& entry, Folder* folder);

  void touch(Entry& entry);
  void show_descendants(Entry& entry);
  void bring_up_to_date(Entry& entry, const model::EventRecord& record);
  void check_line(Entry& entry);
  void look_for_container(Entry& entry);
  void set_place(Entry& entry);
  void set_ancestry(Entry& entry);
  std::uint64_t descent_of(Entry& entry);

  ProcessLimits limits_;
  Counters counters_;
  ProgramPool programs_;
  SharedPool<std::string> folders_;
  std::unique_ptr<base::Slab<Entry>> entries_;
  ProcessIndex index_;
  Entry* latest_ = nullptr;  // that was found: events come in runs of one process
  std::deque<Entry*> exited_;
  std::deque<std::uint64_t> gone_;  // control groups
  std::unordered_map<std::uint64_t, KnownContainer> containers_;
  model::Container host_;
  std::uint64_t host_revision_ = 0;
  std::uint64_t revision_ = 0;
  std::uint64_t epoch_ = 1;   // counts what may change what others see: containers, and processes with children
  Numbering<2> descents_;     // of a program and the ancestry of who runs it: the ancestry of its children
  Numbering<4> places_;       // of a container, the host, and a user
  std::vector<Entry*> line_;  // what check_line walks
};

}  // namespace doorman::derive

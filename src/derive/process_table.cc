// SPDX-License-Identifier: Apache-2.0
#include "derive/process_table.h"

#include <algorithm>
#include <string>
#include <utility>

namespace doorman::derive {

using model::EventRecord;
using model::Process;
using model::ProcessChange;
using model::ProcessKey;
using model::ProcessState;
using model::Program;

namespace {

std::uint64_t hash_of(ProcessKey key) {
  std::uint64_t hash = key.start ^ (std::uint64_t{key.pid} * 0x9e3779b97f4a7c15U);
  hash ^= hash >> 32U;
  hash *= 0xd6e8feb86659fd93U;
  return hash ^ (hash >> 32U);
}

std::size_t bytes_of(const Program& program) {
  return program.exe_path.size() + program.script_path.size() + program.filename.size() + program.arguments.size() +
         program.environment.size() + program.args.size() + program.command_line.size();
}

void join_arguments(Program& program) {
  program.exe.clear();
  program.args.clear();
  bool is_name = true;
  model::for_each_text(program.arguments, [&](std::string_view text) {
    if (std::exchange(is_name, false)) {
      program.exe = text;
      return true;
    }
    if (!program.args.empty()) program.args += ' ';
    program.args += text;
    return true;
  });
}

void join_command_line(Program& program) {
  program.command_line = program.comm;
  if (!program.args.empty()) program.command_line.append(1, ' ').append(program.args);
}

const std::shared_ptr<const Program>& unknown_program() {
  static const auto unknown = std::make_shared<const Program>();
  return unknown;
}

}  // namespace

/// In the table while it lives, while late events of it may come, and while a child of it is in the table.
struct alignas(64) ProcessTable::Entry {
  std::uint64_t checked = 0;  // epoch that revision and container are of
  Process process;            // its first fields and `checked` share a line of the processor's cache
  Entry* parent = nullptr;
  std::uint32_t children = 0, depth = 0;
  bool has_program = false;  // of its own: told by an exec, not taken from its parent
  bool is_cut = false;       // its ancestors were forgotten
  bool is_remembered = false;
  std::uint64_t shown = 0;  // revision of the last change that descendants see
  std::uint64_t container_revision = 0;
};

ProcessTable::ProcessTable(ProcessLimits limits) : limits_(limits), slots_(1024) {}

ProcessTable::~ProcessTable() {
  for (const Slot& slot : slots_) delete slot.entry;
}

// The hash table: open addressing, and what follows a gap moves up when something is taken out.

std::size_t ProcessTable::place_of(ProcessKey key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t place = hash_of(key) & mask;
  while (slots_[place].entry != nullptr &&
         (slots_[place].start != key.start || slots_[place].entry->process.state.key.pid != key.pid)) {
    place = (place + 1) & mask;
  }
  return place;
}

ProcessTable::Entry* ProcessTable::look_up(ProcessKey key) const { return slots_[place_of(key)].entry; }

void ProcessTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.entry != nullptr) slots_[place_of(slot.entry->process.state.key)] = slot;
  }
}

ProcessTable::Entry* ProcessTable::find_or_add(ProcessKey key) {
  if (Entry* known = look_up(key); known != nullptr) return known;
  while (used_ >= limits_.processes && !exited_.empty()) forget_oldest_exited();
  if (used_ >= limits_.processes) {
    ++counters_.refused;
    return nullptr;
  }
  if (used_ * 2 >= slots_.size()) grow();
  auto* const entry = new Entry();
  entry->process.state.key = key;
  entry->process.program = unknown_program();
  touch(*entry);
  slots_[place_of(key)] = {key.start, entry};
  ++used_;
  return entry;
}

void ProcessTable::erase(Entry* entry) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = place_of(entry->process.state.key);
  for (std::size_t next = (gap + 1) & mask; slots_[next].entry != nullptr; next = (next + 1) & mask) {
    const std::size_t wanted = hash_of(slots_[next].entry->process.state.key) & mask;
    if (((next - wanted) & mask) < ((next - gap) & mask)) continue;  // it would come to stand before its place
    slots_[gap] = slots_[next];
    gap = next;
  }
  slots_[gap] = {};
  set_program(*entry, unknown_program());
  if (latest_ == entry) latest_ = nullptr;
  delete entry;
  --used_;
}

// Ancestry.

void ProcessTable::link(Entry& entry, ProcessKey parent) {
  if (entry.parent != nullptr || entry.is_cut || parent.pid == 0 || parent == entry.process.state.key) return;
  Entry* found = look_up(parent);
  if (found == nullptr) return;
  for (const Entry* each = found; each != nullptr; each = each->parent) {
    if (each == &entry) return;  // records that make a circle
  }
  ++found->children;
  entry.parent = found;
  entry.process.parent = &found->process;
  entry.depth = found->depth + 1;
  if (entry.depth > limits_.ancestors) cut_line(entry);
}

/// Forgets whoever is further away than the limit; others that share the line lose them too.
void ProcessTable::cut_line(Entry& entry) {
  Entry* last = &entry;
  std::uint32_t kept = 0;
  while (kept < limits_.ancestors && last->parent != nullptr) {
    last = last->parent;
    ++kept;
  }
  entry.depth = kept;
  Entry* forgotten = std::exchange(last->parent, nullptr);
  if (forgotten == nullptr) return;
  last->process.parent = nullptr;
  last->is_cut = true;
  show_descendants(*last);
  --forgotten->children;
  release(forgotten);
}

/// Takes out what nobody needs any more, and then its parent, if it was the last to need it.
void ProcessTable::release(Entry* entry) {
  while (entry != nullptr && entry->process.exited && !entry->is_remembered && entry->children == 0) {
    Entry* const parent = entry->parent;
    if (parent != nullptr) --parent->children;
    erase(entry);
    entry = parent;
  }
}

void ProcessTable::forget_oldest_exited() {
  Entry* const oldest = exited_.front();
  exited_.pop_front();
  oldest->is_remembered = false;
  release(oldest);
}

// Revisions. A change of a process with children changes what they see of their ancestors. They are not visited
// then: the epoch tells them to look when they are asked for.

void ProcessTable::touch(Entry& entry) { entry.process.revision = ++revision_; }

void ProcessTable::show_descendants(Entry& entry) {
  touch(entry);
  entry.shown = revision_;
  if (entry.children > 0) ++epoch_;
}

void ProcessTable::look_for_container(Entry& entry, std::uint64_t cgroup) {
  const auto found = containers_.find(cgroup);
  const std::uint64_t revision = found == containers_.end() ? 0 : found->second.revision;
  entry.process.cgroup = cgroup;
  entry.process.container = found == containers_.end() ? nullptr : found->second.container.get();
  if (std::exchange(entry.container_revision, revision) != revision) touch(entry);
}

void ProcessTable::bring_up_to_date(Entry& entry, const EventRecord& record) {
  if (entry.process.cgroup != record.cgroup || entry.checked != epoch_) look_for_container(entry, record.cgroup);
  ProcessState& state = entry.process.state;
  const bool is_own_record = record.kind != EventRecord::Kind::container;
  if (is_own_record && (state.uid != record.uid || state.gid != record.gid)) {
    state.uid = record.uid;
    state.gid = record.gid;
    touch(entry);
  }
  if (entry.checked == epoch_) return;
  if (entry.parent == nullptr) {
    link(entry, state.parent);
    if (entry.parent != nullptr) show_descendants(entry);
  }
  std::uint64_t newest = 0;
  for (const Entry* each = entry.parent; each != nullptr; each = each->parent)
    newest = std::max(newest, each->shown);
  if (newest > entry.process.revision) touch(entry);
  entry.checked = epoch_;
}

const Process* ProcessTable::find(const EventRecord& record) {
  const ProcessKey key{record.start, record.pid};
  Entry* entry = latest_;
  if (entry == nullptr || entry->process.state.key != key) entry = latest_ = look_up(key);
  if (entry == nullptr) {
    ++counters_.unknown;
    return nullptr;
  }
  const Process& process = entry->process;
  const bool is_current = entry->checked == epoch_ && process.cgroup == record.cgroup &&
                          process.state.uid == record.uid && process.state.gid == record.gid;
  if (!is_current) [[unlikely]]
    bring_up_to_date(*entry, record);
  return &process;
}

// What records say.

void ProcessTable::set_state(Entry& entry, ProcessState state) {
  ProcessState& old = entry.process.state;
  // Who started it stays, though an orphan is given another parent.
  if (old.parent.pid != 0) state.parent = old.parent;
  if (state == old) return;
  old = state;
  link(entry, state.parent);
  touch(entry);
}

void ProcessTable::set_program(Entry& entry, std::shared_ptr<const Program> program) {
  auto& own = entry.process.program;
  if (own != unknown_program() && own.use_count() == 1) text_bytes_ -= bytes_of(*own);
  own = std::move(program);
}

/// What was told, and of the rest what was there before.
std::shared_ptr<const Program> ProcessTable::program_of(const ProcessChange& change, const Entry& entry) {
  Program program = *entry.process.program;
  const auto take = [](std::string& into, std::string_view text) {
    if (text.data() != nullptr) into = text;
  };
  take(program.exe_path, change.exe_path);
  take(program.script_path, change.script_path);
  take(program.filename, change.filename);
  take(program.comm, change.comm);
  const bool has_room = text_bytes_ < limits_.text_bytes;
  if (!has_room) ++counters_.texts_not_kept;
  if (has_room && change.arguments.data() != nullptr) {
    program.arguments = change.arguments;
    program.knows_arguments = true;
    join_arguments(program);
  }
  if (has_room && change.environment.data() != nullptr) {
    program.environment = change.environment;
    program.knows_environment = true;
  }
  join_command_line(program);
  auto made = std::make_shared<const Program>(std::move(program));
  text_bytes_ += bytes_of(*made);
  return made;
}

void ProcessTable::apply_fork(const EventRecord& record, const ProcessChange& change) {
  Entry* const child = find_or_add(change.state->key);
  if (child == nullptr) return;
  if (!child->has_program) {
    // The parent is the header's process, unless CLONE_PARENT made it a sibling.
    const Entry* maker = look_up({record.start, record.pid});
    if (maker != nullptr) {
      set_program(*child, maker->process.program);
      child->process.cwd = maker->process.cwd;
    }
    set_state(*child, *change.state);
  } else {
    // Its exec was told before its birth: all that is new is whose child it is.
    link(*child, change.state->parent);
  }
  look_for_container(*child, record.cgroup);
}

void ProcessTable::apply_exit(const EventRecord& record) {
  Entry* const entry = look_up({record.start, record.pid});
  if (entry == nullptr || entry->process.exited) return;
  entry->process.exited = true;
  entry->is_remembered = true;
  exited_.push_back(entry);
  if (exited_.size() > limits_.recently_exited) forget_oldest_exited();
}

void ProcessTable::apply(const EventRecord& record, const ProcessChange& change) {
  if (record.kind == EventRecord::Kind::exit) return apply_exit(record);
  if (record.kind == EventRecord::Kind::fork) {
    if (change.state) apply_fork(record, change);
    return;
  }
  const std::size_t before = used_;
  Entry* const entry = find_or_add({record.start, record.pid});
  if (entry == nullptr) return;
  const bool is_exec = record.kind == EventRecord::Kind::exec;
  if (used_ != before && is_exec) ++epoch_;  // others may wait for this parent
  if (change.state) set_state(*entry, *change.state);
  if (change.cwd.data() != nullptr) entry->process.cwd = change.cwd;
  const bool has_texts = change.exe_path.data() != nullptr || change.comm.data() != nullptr ||
                         change.arguments.data() != nullptr || change.environment.data() != nullptr;
  if (is_exec) set_program(*entry, unknown_program());
  if (is_exec || has_texts) {
    set_program(*entry, program_of(change, *entry));
    entry->has_program = true;
    show_descendants(*entry);
  } else {
    touch(*entry);
  }
}

void ProcessTable::apply(const EventRecord& record, model::Container container) {
  ++epoch_;
  if (record.cgroup == 0) {
    host_ = std::move(container);
    return;
  }
  if (record.gone) {
    // Events of its last moments may still come.
    gone_.push_back(record.cgroup);
    if (gone_.size() <= limits_.recently_exited) return;
    containers_.erase(gone_.front());
    gone_.pop_front();
    return;
  }
  if (containers_.size() >= limits_.containers && !containers_.contains(record.cgroup)) {
    ++counters_.refused;
    return;
  }
  KnownContainer& known = containers_[record.cgroup];
  known.container = std::make_unique<const model::Container>(std::move(container));
  known.revision = ++revision_;
}

const model::Container* ProcessTable::container(std::uint64_t cgroup) const {
  const auto found = containers_.find(cgroup);
  return found == containers_.end() ? nullptr : found->second.container.get();
}

}  // namespace doorman::derive

// SPDX-License-Identifier: Apache-2.0
#include "derive/process_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/hash.h"

namespace doorman::derive {

using model::EventRecord;
using model::Process;
using model::ProcessChange;
using model::ProcessKey;
using model::ProcessState;

namespace {

// Ancestries are counted from 2, so that no ancestors is also known.
constexpr std::uint64_t no_ancestors = 1;
constexpr std::size_t remembered_descents = 16'384, remembered_places = 8192;

}  // namespace

/// In the table while it lives, while late events of it may come, and while a child of it is in the table.
/// The first line of the processor's cache is what children ask for, the second what every event does.
struct alignas(64) ProcessTable::Entry {
  Entry* parent = nullptr;
  ProgramPool::Node* program = nullptr;
  Folder* folder = nullptr;
  std::uint64_t descent = 0;  // what its children's ancestry is; 0: not asked yet
  std::uint64_t container_revision = 0;
  std::uint32_t number = 0;
  std::uint32_t children = 0, depth = 0;
  bool has_program = false;  // of its own: told by an exec, not taken from its parent
  bool is_cut = false;       // its ancestors were forgotten
  bool is_remembered = false;
  std::uint64_t checked = 0;  // epoch that everything about others is of
  Process process;
};

ProcessTable::ProcessTable(ProcessLimits limits)
    : limits_(limits),
      programs_(limits.text_bytes),
      entries_(std::make_unique<base::Slab<Entry>>()),
      descents_(no_ancestors + 1, remembered_descents),
      places_(1, remembered_places) {}

ProcessTable::~ProcessTable() = default;

ProcessTable::Entry* ProcessTable::look_up(ProcessKey key) {
  const std::uint32_t number = index_.find(key);
  return number == ProcessIndex::none ? nullptr : &entries_->at(number);
}

ProcessTable::Entry* ProcessTable::find_or_add(ProcessKey key) {
  if (Entry* known = look_up(key); known != nullptr) return known;
  while (index_.size() >= limits_.processes && !exited_.empty()) forget_oldest_exited();
  if (index_.size() >= limits_.processes) {
    ++counters_.refused;
    return nullptr;
  }
  const std::uint32_t number = entries_->take();
  Entry& entry = entries_->at(number);
  entry = Entry();
  entry.number = number;
  entry.process.state.key = key;
  entry.process.ancestry = no_ancestors;
  set_program(entry, programs_.unknown());
  touch(entry);
  index_.insert(key, number);
  return &entry;
}

void ProcessTable::erase(Entry* entry) {
  index_.erase(entry->process.state.key);
  programs_.drop(entry->program);
  set_folder(*entry, nullptr);
  if (latest_ == entry) latest_ = nullptr;
  entries_->give_back(entry->number);
}

// Ancestry.

/// `found` may be null. Whether the process has that parent now.
bool ProcessTable::link(Entry& entry, Entry* found) {
  if (found == nullptr || found == &entry || entry.parent != nullptr || entry.is_cut) return false;
  // Who has no children is nobody's ancestor, so that no circle can come of it.
  for (const Entry* each = found; entry.children > 0 && each != nullptr; each = each->parent) {
    if (each == &entry) return false;  // records that make a circle
  }
  ++found->children;
  entry.parent = found;
  entry.process.parent = &found->process;
  entry.depth = found->depth + 1;
  if (entry.depth > limits_.ancestors) cut_line(entry);
  show_descendants(entry);
  return true;
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

// Numbers. A change of a process with children changes what they see of their ancestors. They are not visited then:
// the epoch tells them to look when they are asked for.

void ProcessTable::touch(Entry& entry) { entry.process.revision = ++revision_; }

void ProcessTable::show_descendants(Entry& entry) {
  touch(entry);
  entry.descent = 0;
  if (entry.children > 0) ++epoch_;
}

/// Of an entry whose own ancestry is up to date.
std::uint64_t ProcessTable::descent_of(Entry& entry) {
  if (entry.descent == 0) entry.descent = descents_.number_of({entry.process.program->id, entry.process.ancestry});
  return entry.descent;
}

/// The parent's own ancestry is up to date.
void ProcessTable::set_ancestry(Entry& entry) {
  const std::uint64_t ancestry = entry.parent == nullptr ? no_ancestors : descent_of(*entry.parent);
  if (std::exchange(entry.process.ancestry, ancestry) == ancestry) return;
  entry.descent = 0;
  touch(entry);
}

void ProcessTable::set_place(Entry& entry) {
  const ProcessState& state = entry.process.state;
  const std::uint64_t user = std::uint64_t{state.uid} << 32U | state.gid;
  const std::uint64_t place =
      places_.number_of({entry.container_revision, host_revision_, user, std::uint64_t{state.loginuid}});
  if (std::exchange(entry.process.place, place) != place) touch(entry);
}

/// Also sets the place.
void ProcessTable::look_for_container(Entry& entry) {
  const auto found = containers_.find(entry.process.cgroup);
  const bool is_known = found != containers_.end();
  entry.process.container = is_known ? found->second.container.get() : nullptr;
  entry.container_revision = is_known ? found->second.revision : 0;
  set_place(entry);
}

/// The process and those before it as far as they are not of this epoch, the oldest first.
void ProcessTable::check_line(Entry& entry) {
  line_.clear();
  for (Entry* each = &entry; each != nullptr && each->checked != epoch_; each = each->parent) {
    if (line_.size() > limits_.ancestors) {
      cut_line(entry);
      break;
    }
    line_.push_back(each);
    if (each->parent == nullptr) link(*each, look_up(each->process.state.parent));
  }
  for (; !line_.empty(); line_.pop_back()) {
    Entry& each = *line_.back();
    look_for_container(each);
    set_ancestry(each);
    each.checked = epoch_;
  }
}

void ProcessTable::bring_up_to_date(Entry& entry, const EventRecord& record) {
  if (std::exchange(entry.process.cgroup, record.cgroup) != record.cgroup) entry.checked = 0;
  ProcessState& state = entry.process.state;
  const bool is_own_record = record.kind != EventRecord::Kind::container;
  if (is_own_record && (state.uid != record.uid || state.gid != record.gid)) {
    state.uid = record.uid;
    state.gid = record.gid;
    set_place(entry);
  }
  if (entry.checked != epoch_) check_line(entry);
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
  const bool same_user = state.uid == old.uid && state.gid == old.gid && state.loginuid == old.loginuid;
  old = state;
  if (entry.parent == nullptr) link(entry, look_up(state.parent));
  if (!same_user) entry.checked = 0;
  touch(entry);
}

void ProcessTable::set_program(Entry& entry, ProgramPool::Node* program) {
  ProgramPool::hold(program);
  if (entry.program != nullptr) programs_.drop(entry.program);
  entry.program = program;
  if (std::exchange(entry.process.program, &program->value) != &program->value) show_descendants(entry);
}

ProcessTable::Folder* ProcessTable::folder_of(std::string_view path) {
  if (path.empty()) return nullptr;
  const std::uint64_t hash = base::hash64(path, folders_.seed());
  Folder* const known = folders_.find(hash, [&](const std::string& each) { return each == path; });
  return known != nullptr ? known : folders_.add(hash, std::string(path));
}

/// nullptr: not known.
void ProcessTable::set_folder(Entry& entry, Folder* folder) {
  if (folder != nullptr) ++folder->users;
  if (entry.folder != nullptr && --entry.folder->users == 0) folders_.erase(entry.folder);
  entry.folder = folder;
  entry.process.cwd = folder == nullptr ? std::string_view() : folder->value;
}

/// What a child has of its parent; for a parent that is up to date that is all there is to look for.
void ProcessTable::inherit(Entry& child, const Entry& parent) {
  child.process.cgroup = parent.process.cgroup;
  child.process.container = parent.process.container;
  child.container_revision = parent.container_revision;
  const ProcessState &state = child.process.state, &of_parent = parent.process.state;
  const bool same_user =
      state.uid == of_parent.uid && state.gid == of_parent.gid && state.loginuid == of_parent.loginuid;
  if (same_user) child.process.place = parent.process.place;
  else set_place(child);
  set_ancestry(child);
  touch(child);
  child.checked = epoch_;
}

void ProcessTable::apply_fork(const EventRecord& record, const ProcessChange& change) {
  Entry* const child = find_or_add(change.state->key);
  if (child == nullptr) return;
  // The parent is the header's process, unless CLONE_PARENT made it a sibling.
  const Entry* const maker = look_up({record.start, record.pid});
  if (!child->has_program) {
    if (maker != nullptr) {
      set_program(*child, maker->program);
      set_folder(*child, maker->folder);
    }
    set_state(*child, *change.state);
  } else {
    // Its exec was told before its birth: all that is new is whose child it is.
    link(*child, look_up(change.state->parent));
  }
  if (maker != nullptr && child->parent == maker && maker->checked == epoch_ &&
      maker->process.cgroup == record.cgroup) {
    inherit(*child, *maker);
  } else {
    child->process.cgroup = record.cgroup;
    child->checked = 0;
  }
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
  const std::size_t before = index_.size();
  Entry* const entry = find_or_add({record.start, record.pid});
  if (entry == nullptr) return;
  const bool is_exec = record.kind == EventRecord::Kind::exec;
  if (index_.size() != before && is_exec) ++epoch_;  // others may wait for this parent
  if (change.state) set_state(*entry, *change.state);
  if (change.cwd.data() != nullptr && change.cwd != entry->process.cwd) set_folder(*entry, folder_of(change.cwd));
  const bool has_texts = change.exe_path.data() != nullptr || change.comm.data() != nullptr ||
                         change.arguments.data() != nullptr || change.environment.data() != nullptr;
  if (is_exec || has_texts) {
    const auto& known = is_exec ? programs_.unknown()->value : *entry->process.program;
    set_program(*entry, programs_.program_of(change, known));
    entry->has_program = true;
  }
  touch(*entry);
}

void ProcessTable::apply(const EventRecord& record, model::Container container) {
  ++epoch_;
  if (record.cgroup == 0) {
    host_ = std::move(container);
    host_revision_ = ++revision_;
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

void ProcessTable::each(const std::function<void(const Process&)>& visit) const {
  // Counted anew: an entry's own depth is as of when it was linked, and ancestors may have been told later.
  const auto ancestors_of = [](const Entry& entry) {
    std::size_t count = 0;
    for (const Entry* each = entry.parent; each != nullptr; each = each->parent) ++count;
    return count;
  };
  std::vector<std::tuple<std::size_t, std::uint64_t, std::uint32_t, const Process*>> found;
  index_.for_each([&](std::uint32_t number) {
    const Entry& entry = entries_->at(number);
    const ProcessKey key = entry.process.state.key;
    if (!entry.process.exited || entry.children > 0)
      found.emplace_back(ancestors_of(entry), key.start, key.pid, &entry.process);
  });
  std::ranges::sort(found);
  for (const auto& each : found) visit(*std::get<const Process*>(each));
}

const model::Container* ProcessTable::container(std::uint64_t cgroup) const {
  const auto found = containers_.find(cgroup);
  return found == containers_.end() ? nullptr : found->second.container.get();
}

}  // namespace doorman::derive

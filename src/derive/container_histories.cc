// SPDX-License-Identifier: Apache-2.0
#include "derive/container_histories.h"

#include <fmt/format.h>

#include <algorithm>

namespace doorman::derive {
namespace {

using model::ContainerHistory;
using model::EventObject;
using model::FlowRecord;
using model::Process;

constexpr std::size_t max_text_bytes = 512;

/// The one of that key in a list that grows by it; nullptr when the list is full.
template <typename Item>
Item* find_or_add(std::vector<Item>& list, std::unordered_map<std::string, std::size_t>& places,
                  const std::string& key, std::size_t limit) {
  const auto found = places.find(key);
  if (found != places.end()) return &list[found->second];
  if (list.size() >= limit) return nullptr;
  places.emplace(key, list.size());
  return &list.emplace_back();
}

std::string_view path_of(const Process& process) {
  const model::Program& program = *process.program;
  if (!program.script_path.empty()) return program.script_path;
  return program.exe_path.empty() ? std::string_view(program.comm) : std::string_view(program.exe_path);
}

}  // namespace

ContainerHistories::Kept* ContainerHistories::kept(const EventStream::Seen& seen, std::uint64_t time) {
  if (seen.container == nullptr || seen.container->id.empty()) return nullptr;
  auto found = by_id_.find(seen.container->id);
  if (found == by_id_.end()) {
    if (by_id_.size() >= limits_.containers) return nullptr;
    found = by_id_.try_emplace(seen.container->id).first;
    found->second.history.container = *seen.container;
  }
  if (time != 0) found->second.history.records.add(time);
  return &found->second;
}

void ContainerHistories::add_known(const EventStream::Seen& seen, std::uint64_t time) {
  Kept* const of = kept(seen, time);
  if (of == nullptr) return;
  of->history.container = *seen.container;
  if (of->history.ended != 0) of->history.exit.reset();  // it was started again
  of->history.ended = 0;
}

void ContainerHistories::add_gone(const EventStream::Seen& seen, std::uint64_t time) {
  if (Kept* const of = kept(seen, time); of != nullptr) of->history.ended = time;
}

void ContainerHistories::add_execution(const EventStream::Seen& seen, std::uint64_t time) {
  Kept* const of = kept(seen, time);
  if (of == nullptr || seen.process == nullptr) return;
  ++of->history.executions;
  // From the container's first process down to this one.
  std::vector<const Process*> line;
  for (const Process* each = seen.process; each != nullptr; each = each->parent) {
    if (each != seen.process && (each->container == nullptr || each->container->id != seen.container->id)) break;
    line.push_back(each);
  }
  model::ProgramNode* node = &of->history.programs;
  for (auto each = line.rbegin(); each != line.rend(); ++each) {
    const std::string path(path_of(**each));
    auto next = node->started.find(path);
    if (next == node->started.end()) {
      if (of->programs >= limits_.programs) {
        ++of->history.not_kept;
        return;
      }
      ++of->programs;
      next = node->started.try_emplace(path).first;
    }
    node = &next->second;
  }
  node->runs.add(time);
  node->command_line = seen.process->program->command_line.substr(0, max_text_bytes);
}

void ContainerHistories::add_exit(const EventStream::Seen& seen, int status, std::uint64_t time) {
  if (seen.process == nullptr || seen.process->state.vpid != 1 || seen.container == nullptr) return;
  // One that began a pid namespace of its own in there is the first of that alone.
  const Process* const parent = seen.process->parent;
  if (parent != nullptr && parent->container != nullptr && parent->container->id == seen.container->id) return;
  if (Kept* const of = kept(seen, time); of != nullptr) of->history.exit = status;
}

void ContainerHistories::add_flow(const EventStream::Seen& seen, const EventObject& ends, const FlowRecord& flow,
                                  std::string_view name, std::uint64_t time) {
  if (flow.kind == FlowRecord::Kind::bind || flow.kind == FlowRecord::Kind::listen) return;
  Kept* const of = kept(seen, time);
  if (of == nullptr) return;
  const bool refused = flow.verdict == FlowRecord::Verdict::refused;
  const std::uint64_t times = std::uint64_t{flow.repeats} + 1;
  if (refused) of->history.refused += times;
  const bool inbound = ends.is(EventObject::server);
  const std::uint16_t port = inbound ? ends.local_port : ends.remote_port;
  const std::string key = fmt::format("{} {} {} {}", inbound, ends.protocol, base::to_text(ends.remote), port);
  model::PeerSeen* const peer = find_or_add(of->history.peers, of->peers, key, limits_.peers);
  if (peer == nullptr) {
    ++of->history.not_kept;
    return;
  }
  peer->address = ends.remote;
  peer->port = port;
  peer->protocol = ends.protocol;
  peer->inbound = inbound;
  if (!name.empty()) peer->name = name;
  peer->sent += flow.sent;
  peer->received += flow.received;
  // A connection is asked for once; that it came about and ended is the same one.
  const bool is_new = flow.kind == FlowRecord::Kind::connect || flow.kind == FlowRecord::Kind::send ||
                      (inbound && flow.kind == FlowRecord::Kind::established) || peer->times.count == 0;
  if (!is_new) return;
  peer->times.add(time);
  peer->times.count += flow.repeats;
  if (refused) peer->refused += times;
  if (flow.verdict == FlowRecord::Verdict::unknown) peer->unknown += times;
}

void ContainerHistories::add_drift(const EventStream::Seen& seen, const model::DriftRecord& drift,
                                   std::uint64_t time) {
  Kept* const of = kept(seen, time);
  if (of == nullptr) return;
  ++of->history.drift;
  const std::string_view path = drift.path.empty() ? drift.filename : drift.path;
  const std::string key =
      fmt::format("{} {} {}", static_cast<int>(drift.reason), static_cast<int>(drift.done), path);
  model::DriftSeen* const seen_before = find_or_add(of->history.drifted, of->drifted, key, limits_.drifted);
  if (seen_before == nullptr) {
    ++of->history.not_kept;
    return;
  }
  seen_before->path = path;
  seen_before->reason = drift.reason;
  seen_before->done = drift.done;
  seen_before->times.add(time);
}

void ContainerHistories::add_alert(const EventStream::Seen& seen, const model::AlertRecord& alert,
                                   std::uint64_t time) {
  Kept* const of = kept(seen, time);
  if (of == nullptr) return;
  ++of->history.alerts;
  model::AlertSeen* const seen_before =
      find_or_add(of->history.alerted, of->alerted, std::string(alert.rule), limits_.alerted);
  if (seen_before == nullptr) {
    ++of->history.not_kept;
    return;
  }
  seen_before->rule = alert.rule;
  seen_before->output = alert.output.substr(0, max_text_bytes);
  seen_before->priority = alert.priority;
  seen_before->times.add(time);
}

void ContainerHistories::add_lost(const EventStream::Seen& seen, std::uint64_t count, std::uint64_t time) {
  if (Kept* const of = kept(seen, time); of != nullptr) of->history.lost += count;
}

std::vector<const ContainerHistory*> ContainerHistories::all(const EventStream& now) {
  for (auto& [id, each] : by_id_) each.history.is_there = false;
  now.each_container([&](std::uint64_t, std::uint64_t, const model::Container& container) {
    if (const auto found = by_id_.find(container.id); found != by_id_.end()) found->second.history.is_there = true;
  });
  return all();
}

std::vector<const ContainerHistory*> ContainerHistories::all() const {
  std::vector<const ContainerHistory*> histories;
  histories.reserve(by_id_.size());
  for (const auto& [id, each] : by_id_) histories.push_back(&each.history);
  std::ranges::stable_sort(histories, {}, [](const ContainerHistory* each) { return each->records.first; });
  return histories;
}

}  // namespace doorman::derive

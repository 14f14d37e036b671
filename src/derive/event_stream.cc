// SPDX-License-Identifier: Apache-2.0
#include "derive/event_stream.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace doorman::derive {

using model::Container;
using model::EventRecord;

EventStream::EventStream(Settings settings)
    : decoders_(std::move(settings.decoders)), max_groups_(settings.limits.containers), table_(settings.limits) {
  context_.boot_time = settings.boot_time;
  context_.hostname = std::move(settings.hostname);
  context_.host_names = &table_.host().names;
  context_.address_names = settings.address_names;
}

base::Result<EventStream::Seen> EventStream::take(const EventRecord& record, bool is_opening) {
  if (record.kind == EventRecord::Kind::container) {
    DOORMAN_CHECK(take_container(record));
  } else if (record.kind == EventRecord::Kind::cgroup) {
    DOORMAN_CHECK(take_cgroup(record));
  } else if (record.tells_process()) {
    DOORMAN_CHECK(decoders_.process(record, change_));
    table_.apply(record, change_);
  }
  const model::Process* process = record.pid == 0 ? nullptr : table_.find(record);
  if (!is_opening && record.type != model::EventType::none) count(record);
  return Seen{process, process != nullptr ? process->container : table_.container(record.cgroup), &context_};
}

void EventStream::count(const EventRecord& record) {
  if (context_.number == 0) context_.first = latest_ = record.time;
  context_.previous = std::exchange(latest_, record.time);
  ++context_.number;
}

/// The groups from `cgroup` down are the owner's container from now on, but for containers of their own.
void EventStream::adopt(std::uint64_t cgroup, std::uint64_t owner, const EventRecord& record) {
  std::unordered_set<std::uint64_t> seen;  // records may make a circle
  std::vector<std::uint64_t> waiting{cgroup};
  while (!waiting.empty()) {
    const std::uint64_t each = waiting.back();
    waiting.pop_back();
    if (!seen.insert(each).second || (each != owner && since_.contains(each))) continue;
    if (each != owner) {
      const Container* const container = table_.container(owner);
      if (container == nullptr) return;
      EventRecord of_group = record;
      of_group.cgroup = each;
      table_.apply(of_group, *container);
    }
    const auto group = groups_.find(each);
    if (group == groups_.end()) continue;
    group->second.owner = owner;
    waiting.insert(waiting.end(), group->second.children.begin(), group->second.children.end());
  }
}

base::Status EventStream::take_container(const EventRecord& record) {
  if (record.gone) {
    forget(record);
    return {};
  }
  DOORMAN_TRY(Container container, decoders_.container(record));
  table_.apply(record, std::move(container));
  if (record.cgroup == 0 || table_.container(record.cgroup) == nullptr) return {};
  since_.try_emplace(record.cgroup, record.time);
  adopt(record.cgroup, record.cgroup, record);
  return {};
}

base::Status EventStream::take_cgroup(const EventRecord& record) {
  if (record.gone) {
    forget(record);
    return {};
  }
  DOORMAN_TRY(const auto told, decoders_.cgroup(record));
  if (groups_.size() >= max_groups_) return {};
  groups_[record.cgroup].parent = told.parent;
  Group& parent = groups_[told.parent];
  if (std::ranges::find(parent.children, record.cgroup) == parent.children.end()) {
    parent.children.push_back(record.cgroup);
  }
  const std::uint64_t owner = since_.contains(told.parent) ? told.parent : parent.owner;
  if (owner != 0) adopt(record.cgroup, owner, record);
  return {};
}

/// Late events still find its container for a while: the table sees to that.
void EventStream::forget(const EventRecord& record) {
  const auto group = groups_.find(record.cgroup);
  if (group != groups_.end()) {
    if (const auto parent = groups_.find(group->second.parent); parent != groups_.end()) {
      std::erase(parent->second.children, record.cgroup);
    }
    groups_.erase(record.cgroup);
  }
  since_.erase(record.cgroup);
  if (table_.container(record.cgroup) == nullptr) return;
  EventRecord gone = record;
  gone.gone = true;
  table_.apply(gone, Container());
}

void EventStream::each_container(
    const std::function<void(std::uint64_t, std::uint64_t, const Container&)>& visit) const {
  for (const auto& [cgroup, since] : since_) {
    if (const Container* container = table_.container(cgroup); container != nullptr)
      visit(cgroup, since, *container);
  }
}

void EventStream::each_group(const std::function<void(std::uint64_t, std::uint64_t)>& visit) const {
  std::unordered_set<std::uint64_t> seen;
  for (const auto& [cgroup, since] : since_) {
    std::vector<std::uint64_t> waiting{cgroup};
    while (!waiting.empty()) {
      const std::uint64_t each = waiting.back();
      waiting.pop_back();
      const auto group = groups_.find(each);
      if (group == groups_.end() || !seen.insert(each).second) continue;
      if (each != cgroup) visit(each, group->second.parent);
      waiting.insert(waiting.end(), group->second.children.begin(), group->second.children.end());
    }
  }
}

}  // namespace doorman::derive

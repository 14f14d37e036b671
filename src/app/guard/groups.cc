// SPDX-License-Identifier: Apache-2.0
#include "app/guard/groups.h"

#include <utility>

namespace doorman::app {

using source::container::Finding;

namespace {

/// Whether its addresses can be had and are not.
bool wants_addresses(const Finding& finding) {
  return finding.addresses.empty() && !finding.container.host_network.value_or(false);
}

}  // namespace

Groups::Groups(source::container::ContainerFinder finder, Hooks hooks)
    : finder_(std::move(finder)), hooks_(std::move(hooks)) {}

base::Status Groups::find_running() {
  std::vector<std::string> problems;
  DOORMAN_TRY(const auto running, finder_.running(&problems));
  for (const std::string& problem : problems) hooks_.problem(problem);
  for (const auto& each : running) {
    if (each.groups.empty()) continue;
    Finding finding = each.finding;
    if (wants_addresses(finding)) {
      auto addresses = finder_.addresses(finding.group);
      if (addresses.ok()) finding.addresses = *std::move(addresses);
    }
    for (const auto& group : each.groups) hooks_.found(group.id, finding, group.path == finding.group);
  }
  return {};
}

void Groups::take(const model::EventRecord& record, const model::CgroupRecord& group) {
  if (record.gone) {
    waiting_.erase(record.cgroup);
    return;
  }
  Waiting waiting;
  waiting.path = group.path;
  waiting.maker = record.pid;
  waiting.since = waiting.next = Clock::now();
  ask(record.cgroup, waiting);
  if (waiting.finding.state == Finding::State::not_yet && waiting.finding.container.id.empty()) {
    if (auto gone = finder_.find_gone(group.path, group.comm)) {
      waiting.finding = *std::move(gone);
      tell(record.cgroup, waiting);
      return;
    }
  }
  if (!is_done(record.cgroup, waiting) && waiting_.size() < max_waiting)
    waiting_.insert_or_assign(record.cgroup, std::move(waiting));
}

void Groups::tell(std::uint64_t cgroup, const Waiting& waiting) {
  hooks_.found(cgroup, waiting.finding, waiting.finding.group.empty() || waiting.finding.group == waiting.path);
}

void Groups::ask(std::uint64_t cgroup, Waiting& waiting) {
  auto found = finder_.find(waiting.path, waiting.maker);
  waiting.next = Clock::now() + pause;
  if (!found.ok()) {
    hooks_.problem(waiting.path + ": " + found.error().message());
    return;
  }
  const bool knew_something = !waiting.finding.container.id.empty();
  waiting.finding = *std::move(found);
  waiting.knows_container = waiting.finding.state == Finding::State::container;
  const bool knows_something = !waiting.finding.container.id.empty();
  if (waiting.knows_container || (knows_something && !knew_something)) tell(cgroup, waiting);
}

bool Groups::ask_addresses(std::uint64_t cgroup, Waiting& waiting) {
  auto addresses = finder_.addresses(waiting.finding.group);
  if (!addresses.ok() || addresses->empty()) return false;
  waiting.finding.addresses = *std::move(addresses);
  tell(cgroup, waiting);
  return true;
}

bool Groups::is_done(std::uint64_t cgroup, Waiting& waiting) {
  const auto waited = Clock::now() - waiting.since;
  switch (waiting.finding.state) {
    case Finding::State::none:
      hooks_.none(cgroup);
      return true;
    case Finding::State::container:
      return !wants_addresses(waiting.finding) || waited > address_patience;
    case Finding::State::not_yet:
      if (waited <= name_patience) return false;
      if (waiting.finding.container.id.empty()) hooks_.none(cgroup);
      return true;
  }
  return true;
}

void Groups::tick() {
  const auto now = Clock::now();
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    auto& [cgroup, waiting] = *each;
    if (waiting.next > now) {
      ++each;
      continue;
    }
    if (waiting.knows_container) {
      waiting.next = now + pause;
      ask_addresses(cgroup, waiting);
    } else {
      ask(cgroup, waiting);
    }
    each = is_done(cgroup, waiting) ? waiting_.erase(each) : std::next(each);
  }
}

}  // namespace doorman::app

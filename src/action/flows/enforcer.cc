// SPDX-License-Identifier: Apache-2.0
#include "action/flows/enforcer.h"

#include <algorithm>
#include <utility>

#include "model/dns_answer.h"

namespace doorman::action {
namespace {

kern::FlowRule::Act act_of(model::FlowEntry::Act act) {
  switch (act) {
    case model::FlowEntry::Act::by_mode:
      return kern::FlowRule::Act::by_mode;
    case model::FlowEntry::Act::allow:
      return kern::FlowRule::Act::allow;
    case model::FlowEntry::Act::refuse:
      return kern::FlowRule::Act::refuse;
  }
  return kern::FlowRule::Act::by_mode;
}

constexpr std::uint32_t of_new = 0;  // the number of the policy of containers that appear

}  // namespace

base::Result<std::vector<kern::FlowRule>> FlowEnforcer::rules_of(const Content& content) {
  std::vector<kern::FlowRule> rules;
  rules.reserve(content.entries.size() + content.names.size());
  for (const model::FlowEntry& entry : content.entries) {
    rules.push_back({entry.protocol, entry.port, entry.bind, entry.network, act_of(entry.act), 0});
  }
  for (const model::FlowName& each : content.names) {
    const std::string bytes = model::dns_message_name(each.name);
    if (bytes.empty()) continue;
    const auto number = programs_.number_of(bytes);
    // Those beyond the limit are allowed by the addresses among the entries, a little later.
    if (!number.ok() && number.error().code() == base::ErrorCode::limit) continue;
    if (!number.ok()) return number.error();
    rules.push_back({each.protocol, each.port, false, {}, kern::FlowRule::Act::allow, *number});
  }
  return rules;
}

std::uint32_t FlowEnforcer::free_number() const {
  std::uint32_t number = of_new + 1;
  while (numbers_.contains(number) || earlier_.contains(number)) ++number;
  return number;
}

base::Status FlowEnforcer::begin(const model::FlowPolicy& of_new_containers) {
  DOORMAN_TRY(earlier_, programs_.policies());
  earlier_.erase(of_new);
  // Rules of the number itself are replaced, not renumbered: whoever appears in between has either.
  DOORMAN_CHECK(programs_.forget({of_new}));
  DOORMAN_TRY(const auto rules, rules_of({of_new_containers.entries, of_new_containers.names}));
  DOORMAN_CHECK(programs_.put(of_new, rules));
  new_are_protected_ = of_new_containers.mode == model::FlowMode::protect;
  if (new_are_protected_) DOORMAN_CHECK(programs_.guard_sockets(true));
  DOORMAN_CHECK(programs_.set_default_mode(static_cast<std::uint8_t>(of_new_containers.mode)));
  return programs_.apply();
}

/// While somebody is in mode protect, or an earlier guard's containers may be.
base::Status FlowEnforcer::guard_sockets() {
  const bool is_needed = new_are_protected_ || std::ranges::any_of(held_, [](const auto& each) {
                           return each.second.mode == model::FlowMode::protect;
                         });
  if (!is_needed && !earlier_.empty()) return {};
  return programs_.guard_sockets(is_needed);
}

base::Result<std::uint32_t> FlowEnforcer::take_policy(const Content& content) {
  const auto shared = shared_.find(content);
  if (shared != shared_.end()) {
    ++shared->second.users;
    return shared->second.number;
  }
  DOORMAN_TRY(const auto rules, rules_of(content));
  const std::uint32_t number = free_number();
  if (auto put = programs_.put(number, rules); !put.ok()) {
    (void)programs_.take(number, rules);
    return put.error();
  }
  shared_.insert({content, {.number = number, .users = 1}});
  numbers_.insert(number);
  return number;
}

base::Status FlowEnforcer::give_back(const Content& content) {
  const auto at = shared_.find(content);
  if (at == shared_.end() || --at->second.users > 0) return {};
  const std::uint32_t number = at->second.number;
  shared_.erase(at);
  DOORMAN_TRY(const auto rules, rules_of(content));
  DOORMAN_CHECK(programs_.take(number, rules));
  numbers_.erase(number);
  return {};
}

/// A group that is gone by now receives no answers.
base::Status FlowEnforcer::watch_names(std::uint64_t cgroup, bool on) {
  if (!on) {
    programs_.forget_names(cgroup);
    return {};
  }
  const auto watched = programs_.watch_names(cgroup);
  return watched.ok() || watched.error().code() == base::ErrorCode::not_found ? base::Status() : watched;
}

base::Status FlowEnforcer::set(std::uint64_t cgroup, const model::FlowPolicy& policy) {
  const auto before = held_.find(cgroup);
  const bool is_new = before == held_.end();
  const Content content{policy.entries, policy.names};
  if (!is_new && before->second.content == content && before->second.mode == policy.mode) return {};
  DOORMAN_TRY(const std::uint32_t number, take_policy(content));
  if (auto set = programs_.set_container(cgroup, static_cast<std::uint8_t>(policy.mode), number); !set.ok()) {
    DOORMAN_CHECK(give_back(content));
    return set;
  }
  DOORMAN_CHECK(programs_.apply());
  Held old = std::exchange(held_[cgroup], {content, policy.mode});
  DOORMAN_CHECK(guard_sockets());
  DOORMAN_CHECK(watch_names(cgroup, policy.mode != model::FlowMode::off));
  return is_new ? base::Status() : give_back(old.content);
}

base::Status FlowEnforcer::remove(std::uint64_t cgroup) {
  programs_.forget_names(cgroup);
  const auto found = held_.find(cgroup);
  if (found == held_.end()) return {};
  const Content content = std::move(found->second.content);
  held_.erase(found);
  DOORMAN_CHECK(guard_sockets());
  return give_back(content);
}

base::Status FlowEnforcer::forget_earlier() {
  DOORMAN_CHECK(programs_.forget(std::exchange(earlier_, {})));
  DOORMAN_CHECK(guard_sockets());
  return programs_.apply();
}

}  // namespace doorman::action

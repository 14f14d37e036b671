// SPDX-License-Identifier: Apache-2.0
#include "derive/address_names.h"

#include "base/nanoseconds.h"

namespace doorman::derive {

AddressNames::Group& AddressNames::group_of(std::uint64_t cgroup) {
  const auto found = groups_.find(cgroup);
  if (found != groups_.end()) {
    order_.splice(order_.end(), order_, found->second.place);
    return found->second;
  }
  if (groups_.size() >= limits_.groups && !order_.empty()) {
    groups_.erase(order_.front());
    order_.pop_front();
  }
  Group& group = groups_[cgroup];
  group.place = order_.insert(order_.end(), cgroup);
  return group;
}

void AddressNames::learn(std::uint64_t cgroup, const model::DnsAnswer& answer, std::uint64_t time) {
  if (answer.name.empty() || answer.addresses.empty()) return;
  Group& group = group_of(cgroup);
  for (const auto& [address, ttl] : answer.addresses) {
    const auto found = group.names.find(address);
    if (found != group.names.end()) {
      group.order.erase(found->second.place);
      group.names.erase(found);
    } else if (group.names.size() >= limits_.addresses) {
      group.names.erase(group.order.front());
      group.order.pop_front();
    }
    const auto place = group.order.insert(group.order.end(), address);
    group.names[address] = {{answer.name, time, time + ttl * base::nanoseconds_a_second}, place};
  }
}

void AddressNames::forget(std::uint64_t cgroup) {
  const auto found = groups_.find(cgroup);
  if (found == groups_.end()) return;
  order_.erase(found->second.place);
  groups_.erase(found);
}

void AddressNames::forget_all() {
  groups_.clear();
  order_.clear();
}

const AddressNames::Known* AddressNames::find(const base::IpAddress& address, std::uint64_t cgroup) const {
  const auto group = groups_.find(cgroup);
  if (group == groups_.end()) return nullptr;
  const auto found = group->second.names.find(address);
  return found == group->second.names.end() ? nullptr : &found->second.known;
}

std::string_view AddressNames::name_of(const base::IpAddress& address, std::uint64_t cgroup) const {
  const Known* known = find(address, cgroup);
  return known == nullptr ? std::string_view() : std::string_view(known->name);
}

std::vector<base::IpAddress> AddressNames::addresses_of(std::string_view name, std::uint64_t cgroup) const {
  std::vector<base::IpAddress> addresses;
  const auto group = groups_.find(cgroup);
  if (group == groups_.end()) return addresses;
  for (const auto& [address, entry] : group->second.names) {
    if (entry.known.name == name) addresses.push_back(address);
  }
  return addresses;
}

}  // namespace doorman::derive

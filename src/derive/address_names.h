// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ip.h"
#include "model/dns_answer.h"
#include "model/system_event.h"

namespace doorman::derive {

/// The most that is kept of names, whatever a container asks for. What was learned first goes first.
struct AddressNameLimits {
  std::size_t groups = 1U << 14U;
  std::size_t addresses = 1024;  ///< of one group
};

/// Names of addresses, for each control group out of the answers that it received itself: what one container was
/// told says nothing of another's connections. The latest answer wins; the name is the one that was asked for, not
/// the alias that it led to. A name is kept beyond its TTL, as connections are made later than that; how long it
/// was good for is told.
class AddressNames final : public model::AddressNames {
 public:
  struct Known {
    std::string name;
    std::uint64_t learned = 0;  ///< nanoseconds since boot
    std::uint64_t until = 0;    ///< learned plus the TTL
  };

  explicit AddressNames(AddressNameLimits limits = {}) : limits_(limits) {}

  /// What the group was told at that time, in nanoseconds since boot.
  void learn(std::uint64_t cgroup, const model::DnsAnswer& answer, std::uint64_t time);
  void forget(std::uint64_t cgroup);
  void forget_all();

  [[nodiscard]] std::string_view name_of(const base::IpAddress& address, std::uint64_t cgroup) const override;
  /// nullptr: nothing was told. Valid until the next call of learn or forget.
  [[nodiscard]] const Known* find(const base::IpAddress& address, std::uint64_t cgroup) const;
  /// Where the group was told that the name is, lowest first; at most AddressNameLimits::addresses.
  [[nodiscard]] std::vector<base::IpAddress> addresses_of(std::string_view name, std::uint64_t cgroup) const;

  [[nodiscard]] std::size_t groups() const { return groups_.size(); }

 private:
  struct Entry {
    Known known;
    std::list<base::IpAddress>::iterator place;
  };
  struct Group {
    std::map<base::IpAddress, Entry> names;
    std::list<base::IpAddress> order;  // learned first comes first
    std::list<std::uint64_t>::iterator place;
  };

  Group& group_of(std::uint64_t cgroup);

  AddressNameLimits limits_;
  std::unordered_map<std::uint64_t, Group> groups_;
  std::list<std::uint64_t> order_;  // of groups: the one that was told something last comes last
};

}  // namespace doorman::derive

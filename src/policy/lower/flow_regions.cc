// SPDX-License-Identifier: Apache-2.0
#include "policy/lower/flow_regions.h"

#include <algorithm>
#include <tuple>

namespace doorman::policy {
namespace {

using base::IpAddress;
using base::IpNetwork;

std::size_t bytes_of(const IpAddress& address) { return address.is_v6 ? 16 : 4; }

/// With the bits behind the prefix set to all of `bits`.
IpAddress filled(IpNetwork network, bool ones) {
  for (std::size_t i = 0; i < bytes_of(network.address); ++i) {
    const std::size_t kept = network.prefix > i * 8 ? std::min<std::size_t>(8, network.prefix - i * 8) : 0;
    const auto rest = static_cast<std::uint8_t>(0xffU >> kept);
    auto& byte = network.address.bytes.at(i);
    byte = static_cast<std::uint8_t>(ones ? byte | rest : byte & ~rest);
  }
  return network.address;
}

/// The address behind the network's last; nothing behind the last of all.
std::optional<IpAddress> behind(const IpNetwork& network) {
  IpAddress address = filled(network, true);
  for (std::size_t i = bytes_of(address); i-- > 0;) {
    if (++address.bytes.at(i) != 0) return address;
  }
  return std::nullopt;
}

/// `inner` are the regions directly inside, in the order of addresses.
std::optional<IpAddress> free_address(const IpNetwork& network, const std::vector<const IpNetwork*>& inner) {
  std::optional<IpAddress> free = network.address;
  for (const IpNetwork* each : inner) {
    if (!each->contains(*free)) break;
    free = behind(*each);
    if (!free || !network.contains(*free)) return std::nullopt;
  }
  return free;
}

}  // namespace

std::vector<FlowRegion> regions_of(std::span<const IpNetwork> networks) {
  std::vector<IpNetwork> sorted;
  for (const IpNetwork& each : networks) sorted.push_back({filled(each, false), each.prefix});
  IpNetwork all_v4, all_v6;
  all_v6.address.is_v6 = true;
  sorted.push_back(all_v4);
  sorted.push_back(all_v6);
  const auto order = [](const IpNetwork& network) {
    return std::tuple(network.address.is_v6, network.address.bytes, network.prefix);
  };
  std::ranges::sort(sorted, {}, order);
  const auto same = std::ranges::unique(sorted);
  sorted.erase(same.begin(), same.end());

  std::vector<FlowRegion> regions;
  std::vector<std::vector<const IpNetwork*>> inner(sorted.size());
  std::vector<std::size_t> open;  // those that the present one may be in, widest first
  for (const IpNetwork& each : sorted) {
    while (!open.empty() && !regions[open.back()].network.contains(each.address)) open.pop_back();
    const std::size_t around = open.empty() ? FlowRegion::none : open.back();
    if (around != FlowRegion::none) inner[around].push_back(&each);
    open.push_back(regions.size());
    regions.push_back({each, around, std::nullopt});
  }
  for (std::size_t i = 0; i < regions.size(); ++i)
    regions[i].an_address = free_address(regions[i].network, inner[i]);
  return regions;
}

}  // namespace doorman::policy

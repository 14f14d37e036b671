// SPDX-License-Identifier: Apache-2.0
#include "derive/flow_address.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace doorman::derive {
namespace {

base::IpNetwork network(std::string_view text) { return base::IpNetwork::parse(text).value_or(base::IpNetwork{}); }

/// With the bits behind the prefix cleared.
base::IpNetwork cut_to(base::IpAddress address, std::uint8_t prefix) {
  for (std::size_t i = 0; i < address.bytes.size(); ++i) {
    const std::size_t bits = prefix > i * 8 ? std::min<std::size_t>(8, prefix - i * 8) : 0;
    address.bytes.at(i) = static_cast<std::uint8_t>(address.bytes.at(i) & (0xff00U >> bits));
  }
  return {address, prefix};
}

}  // namespace

bool is_loopback(const base::IpAddress& address) {
  static const auto four = network("127.0.0.0/8"), six = network("::1/128");
  return four.contains(address) || six.contains(address);
}

bool is_unspecified(const base::IpAddress& address) {
  return std::ranges::all_of(address.bytes, [](std::uint8_t byte) { return byte == 0; });
}

std::span<const base::IpNetwork> private_networks() {
  static const std::vector<base::IpNetwork> networks = {
      network("10.0.0.0/8"),     network("172.16.0.0/12"), network("192.168.0.0/16"),     network("100.64.0.0/10"),
      network("169.254.0.0/16"), network("224.0.0.0/4"),   network("255.255.255.255/32"), network("fc00::/7"),
      network("fe80::/10"),      network("ff00::/8"),
  };
  return networks;
}

bool is_private(const base::IpAddress& address) {
  return std::ranges::any_of(private_networks(), [&](const auto& each) { return each.contains(address); });
}

base::IpNetwork network_of(const base::IpAddress& address) {
  return {address, static_cast<std::uint8_t>(address.is_v6 ? 128 : 32)};
}

base::IpNetwork site_of(const base::IpAddress& address) {
  return cut_to(address, static_cast<std::uint8_t>(address.is_v6 ? 64 : 24));
}

base::IpNetwork class_of(const base::IpAddress& address) {
  for (const base::IpNetwork& each : private_networks()) {
    if (each.contains(address)) return each;
  }
  base::IpNetwork all;
  all.address.is_v6 = address.is_v6;
  return all;
}

}  // namespace doorman::derive

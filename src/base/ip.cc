// SPDX-License-Identifier: Apache-2.0
#include "base/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace doorman::base {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN + 1> ended{};
  if (text.empty() || text.size() >= ended.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  text.copy(ended.data(), text.size());
  IpAddress address;
  address.is_v6 = text.find(':') != std::string_view::npos;
  if (inet_pton(address.is_v6 ? AF_INET6 : AF_INET, ended.data(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::string to_text(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
  return text.data();
}

bool IpNetwork::contains(const IpAddress& other) const {
  if (other.is_v6 != address.is_v6) return false;
  const std::size_t whole = prefix / 8U;
  const unsigned rest = prefix % 8U;
  if (std::memcmp(address.bytes.data(), other.bytes.data(), whole) != 0) return false;
  if (rest == 0) return true;
  const unsigned shift = 8 - rest;
  return address.bytes.at(whole) >> shift == other.bytes.at(whole) >> shift;
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const std::uint64_t all_bits = address->is_v6 ? 128 : 32;
  std::uint64_t prefix = all_bits;
  if (slash != std::string_view::npos) {
    const auto written = to_number(text.substr(slash + 1));
    if (!written || *written > all_bits) return std::nullopt;
    prefix = *written;
  }
  return IpNetwork{*address, static_cast<std::uint8_t>(prefix)};
}

std::string to_text(const IpNetwork& network) {
  return to_text(network.address) + "/" + std::to_string(network.prefix);
}

}  // namespace doorman::base

// SPDX-License-Identifier: Apache-2.0
#include "parse/container/addresses.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace doorman::parse::container {
namespace {

using base::IpAddress;

void add_once(const IpAddress& address, std::vector<IpAddress>& into) {
  if (into.size() < max_addresses && std::ranges::find(into, address) == into.end()) into.push_back(address);
}

std::optional<std::uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  return std::nullopt;
}

std::optional<IpAddress> from_hex(std::string_view text) {
  if (text.size() != 32) return std::nullopt;
  IpAddress address;
  address.is_v6 = true;
  for (std::size_t i = 0; i < 16; ++i) {
    const auto high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    address.bytes.at(i) = static_cast<std::uint8_t>(*high << 4U | *low);
  }
  return address;
}

}  // namespace

std::vector<IpAddress> parse_fib_trie(std::string_view text) {
  std::vector<IpAddress> addresses;
  std::optional<IpAddress> leaf;
  std::string_view line;
  while (base::next_line(text, line)) {
    line = base::trim(line);
    if (line.starts_with("|-- ")) leaf = IpAddress::parse(line.substr(4));
    else if (line == "/32 host LOCAL" && leaf && leaf->bytes[0] != 127) add_once(*leaf, addresses);
  }
  return addresses;
}

std::vector<IpAddress> parse_if_inet6(std::string_view text) {
  constexpr std::string_view host_scope = "10", link_scope = "20";
  std::vector<IpAddress> addresses;
  std::string_view line;
  while (base::next_line(text, line)) {
    // address, index, prefix length, scope, flags, name
    const auto parts = base::split(line, ' ');
    if (parts.size() < 5 || parts[3] == host_scope || parts[3] == link_scope) continue;
    if (const auto address = from_hex(parts[0])) add_once(*address, addresses);
  }
  return addresses;
}

}  // namespace doorman::parse::container

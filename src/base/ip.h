// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace doorman::base {

/// An IPv4 or IPv6 address. The two families never compare equal, not even as IPv4-mapped IPv6.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  ///< network order; IPv4 uses the first four, the rest are zero
  bool is_v6 = false;

  auto operator<=>(const IpAddress&) const = default;

  /// `127.0.0.1`, `::1`, `2001:db8::1`; nothing else (no zone, no brackets, no short IPv4).
  static std::optional<IpAddress> parse(std::string_view text);
};

std::string to_text(const IpAddress& address);

/// All addresses that share the first `prefix` bits.
struct IpNetwork {
  IpAddress address;  ///< as it was written: bits after the prefix are kept, and do not count
  std::uint8_t prefix = 0;

  auto operator<=>(const IpNetwork&) const = default;

  [[nodiscard]] bool contains(const IpAddress& other) const;

  /// `10.0.0.0/8`, `2001:db8::/32`; an address alone is a network of one.
  static std::optional<IpNetwork> parse(std::string_view text);
};

std::string to_text(const IpNetwork& network);

}  // namespace doorman::base

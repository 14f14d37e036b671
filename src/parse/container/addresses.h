// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "base/ip.h"

namespace doorman::parse::container {

inline constexpr std::size_t max_addresses = 256;

/// The IPv4 addresses of a network namespace, without loopback's: the `/32 host LOCAL` leaves of
/// /proc/PID/net/fib_trie (Linux net/ipv4/fib_trie.c, fib_trie_seq_show). Each once; at most max_addresses.
std::vector<base::IpAddress> parse_fib_trie(std::string_view text);

/// The IPv6 addresses, without loopback's and those of one link: /proc/PID/net/if_inet6 (Linux net/ipv6/addrconf.c,
/// if6_seq_show).
std::vector<base::IpAddress> parse_if_inet6(std::string_view text);

}  // namespace doorman::parse::container

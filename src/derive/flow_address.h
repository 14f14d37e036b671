// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/ip.h"

namespace doorman::derive {

bool is_loopback(const base::IpAddress& address);
bool is_unspecified(const base::IpAddress& address);

/// Networks whose addresses are not routed on the internet: private use (RFC 1918, RFC 4193), shared (RFC 6598),
/// link-local (RFC 3927, RFC 4291), multicast and broadcast.
std::span<const base::IpNetwork> private_networks();
bool is_private(const base::IpAddress& address);

/// An address alone as a network; and the network around it that one site usually has: /24, /64.
base::IpNetwork network_of(const base::IpAddress& address);
base::IpNetwork site_of(const base::IpAddress& address);
/// The private network that holds the address, else all of its family.
base::IpNetwork class_of(const base::IpAddress& address);

}  // namespace doorman::derive

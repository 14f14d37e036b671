// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/ip.h"

namespace doorman::source {

/// The addresses that this machine's interfaces have now, but for loopback's; sorted. Empty when the system does
/// not tell.
std::vector<base::IpAddress> host_addresses();

}  // namespace doorman::source

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/ip.h"

namespace doorman::policy {

/// A part of the address space: a network without the narrower ones among the same regions.
struct FlowRegion {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  base::IpNetwork network;
  std::size_t around = none;                  ///< index of the next wider region
  std::optional<base::IpAddress> an_address;  ///< that is in it; nothing when the narrower ones leave none
};

/// The regions that the networks make, wider ones before those inside; each network once, with all of both families
/// beside them.
std::vector<FlowRegion> regions_of(std::span<const base::IpNetwork> networks);

}  // namespace doorman::policy

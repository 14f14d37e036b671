// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace doorman::parse::package {

/// What one Java archive may cost, with everything nested in it.
struct JavaLimits {
  static constexpr std::size_t depth = 8;                       ///< archives within archives
  static constexpr std::uint64_t text_bytes = 4U << 20U;        ///< one manifest or pom.properties
  static constexpr std::uint64_t held_bytes = 64U << 20U;       ///< inflated archives held at one time
  static constexpr std::uint64_t inflated_bytes = 512U << 20U;  ///< in all
  static constexpr std::size_t members_read = 100'000;          ///< inflated or opened
  static constexpr std::uint64_t members_seen = 4'000'000;      ///< lines of central directories
};

}  // namespace doorman::parse::package

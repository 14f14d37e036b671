// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "model/container.h"

namespace doorman::derive {

/// How much harm could come of the container, 0 to 100: what an attacker finds to come in by, and what he gains
/// when he is in.
///
///   worst flaw: critical 40, high 30, medium 15, low 5; known to be exploited 15 more
///   runs as root 10; a namespace of the host 10 each, at most 20; privileged 35, which holds root and namespaces
///
/// Nothing where neither the image was scanned nor the settings are known.
std::optional<std::uint32_t> risk_of(const model::Container& container);

}  // namespace doorman::derive

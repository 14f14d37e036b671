// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace doorman::policy {

/// The port of a service by its registered name, the same on every machine. Source: IANA's Service Name and
/// Transport Protocol Port Number Registry, of which this is the part that rules name.
std::optional<std::uint16_t> port_of_service(std::string_view name);

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/inventory.h"
#include "model/isolation.h"
#include "model/vulnerability.h"

namespace doorman::derive {

/// A container that runs, and what was found out about it.
struct IsolatedContainer {
  model::Isolation::Container container;  ///< but for ties, neighbours and farthest
  /// Namespaces that its first process is in, but for those of the host: type and number.
  std::map<std::string, std::uint64_t, std::less<>> namespaces;
};

/// The kernel of that release and the engines and runtimes among the packages; `findings` are theirs, by index into
/// inventory.packages.
std::vector<model::Isolation::Ground> grounds_of(std::string_view kernel_release, const model::Inventory& inventory,
                                                 const std::vector<model::Finding>& findings);

/// Ties of each with the others, and their order: most ways out first, then the farthest neighbour by trust, then
/// by name.
std::vector<model::Isolation::Container> isolation_of(const std::vector<IsolatedContainer>& containers);

}  // namespace doorman::derive

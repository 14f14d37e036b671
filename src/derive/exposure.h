// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "derive/overlay.h"
#include "model/inventory.h"

namespace doorman::derive {

/// The package that owns a path: an index into Inventory::packages, or none.
using OwnerOf = std::function<std::uint32_t(std::string_view path)>;

/// The secrets of all layers and of the settings. The same secret of a file in several layers is one: the lowest
/// layer that holds it brought it, and it is deleted when no layer shows it.
std::vector<model::FoundSecret> found_secrets(const Overlay& overlay, const std::vector<model::Secret>& settings,
                                              const OwnerOf& owner);

/// The notable files that are to be seen. What package managers left in one folder is one, with the sum of it.
std::vector<model::FoundNotable> found_notable(const Overlay& overlay, const OwnerOf& owner);

}  // namespace doorman::derive

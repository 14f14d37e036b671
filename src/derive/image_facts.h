// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "model/image_facts.h"
#include "model/inventory.h"
#include "model/vulnerability.h"

namespace doorman::derive {

/// What the other doors need to know of what was scanned, without the packages' files. `findings` are all that were
/// found, hidden ones too.
model::ImageFacts image_facts_of(const model::Inventory& inventory, std::span<const model::Finding> findings);

}  // namespace doorman::derive

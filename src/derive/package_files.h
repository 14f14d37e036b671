// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/inventory.h"
#include "model/package_files.h"

namespace doorman::derive {

/// What `package_files_of` would name as its key, much sooner.
std::uint64_t package_files_key(const model::Inventory& inventory);

/// Which operating-system package brought which file.
model::PackageFiles package_files_of(const model::Inventory& inventory);

}  // namespace doorman::derive

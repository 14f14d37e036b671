// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/neighbours.h"

namespace doorman::derive {

/// Whether the two are neighbours: not one container, nor containers of one pod.
bool are_neighbours(const model::Resident& one, const model::Resident& other);

/// Paths that both mount, and that at least one may write. Where one has a folder and the other something in it, it
/// is what lies deeper. Sorted, each once.
std::vector<std::string> shared_paths(const model::Resident& one, const model::Resident& other);

/// What `asker` would find beside it; it may be among `residents`, and one of them may be there twice.
model::Neighbours neighbours_of(const model::Resident& asker, std::span<const model::Resident> residents);

}  // namespace doorman::derive

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "kern/pins.h"

namespace doorman::kern {

/// What is there at this moment, as records of bpf/event.h, one after another.
struct Seed {
  std::string groups;     ///< control groups, parents first; those that look like containers are in the map
  std::string processes;  ///< all of them, threads not told apart
};

/// Reads it through bpf/seed.bpf.c, which is loaded for this alone. `control` says whether environments are told.
base::Result<Seed> read_seed(const Pins& pins);

}  // namespace doorman::kern

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "base/path.h"
#include "model/layer_facts.h"

namespace doorman::derive {

/// What of all layers is still to be seen from the top.
struct Overlay {
  struct File {
    const model::FileFacts* facts;
    std::uint32_t layer;
  };
  struct Program {
    const model::ProgramFile* program;
    std::uint32_t layer;
  };
  std::vector<File> files;        ///< sorted by path
  std::vector<Program> programs;  ///< sorted by path
};

/// The result points into `layers`, which must outlive it.
Overlay lay_over(std::span<const model::LayerFacts> layers);

}  // namespace doorman::derive

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

/// What of all layers is still to be seen from the top, and the secrets of all.
struct Overlay {
  struct File {
    model::FileFacts* facts;
    std::uint32_t layer;
  };
  struct Program {
    model::ProgramFile* program;
    std::uint32_t layer;
  };
  struct Notable {
    const model::NotableFile* file;
    std::uint32_t layer;
  };
  struct Secret {
    const model::Secret* secret;
    std::uint32_t layer;
    bool deleted;  ///< not to be seen any more: told all the same
  };
  std::vector<File> files;        ///< sorted by path
  std::vector<File> hidden;       ///< files that are not to be seen any more, those of one path by layer
  std::vector<Program> programs;  ///< sorted by path
  std::vector<Notable> notable;   ///< sorted by path
  std::vector<Secret> secrets;    ///< sorted by path, then by layer
};

/// The result points into `layers`, which must outlive it; what it points to may be moved from.
Overlay lay_over(std::span<model::LayerFacts> layers);

}  // namespace doorman::derive

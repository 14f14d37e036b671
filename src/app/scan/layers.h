// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "model/layer_facts.h"
#include "source/image_source.h"
#include "source/layer_reader.h"
#include "store/layer_cache.h"

namespace doorman::app {

struct ReadPlan {
  const store::LayerCache* cache = nullptr;  ///< none: neither use nor fill it
  bool read_again = false;                   ///< --verify full: fill the cache, but do not use it
  std::size_t jobs = 1;
};

/// The facts of every layer, bottom first: from the cache where the announced digest is known there, else read, so
/// many at a time as the plan says, the largest first. An error names the lowest layer that failed.
base::Result<std::vector<model::LayerFacts>> read_layers(source::ImageSource& image,
                                                         const source::LayerOptions& options, const ReadPlan& plan);

/// The same for layers that an engine keeps unpacked, one folder each. Nothing vouches for them: no cache.
base::Result<std::vector<model::LayerFacts>> read_layer_folders(const std::vector<std::string>& folders,
                                                                const source::LayerOptions& options,
                                                                std::size_t jobs);

/// Puts facts into the cache under the digests that were computed for them.
void remember(const store::LayerCache& cache, const model::LayerFacts& facts);

}  // namespace doorman::app

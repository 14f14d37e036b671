// SPDX-License-Identifier: Apache-2.0
#include "app/scan/layers.h"

#include <algorithm>
#include <tuple>

#include "base/log.h"
#include "base/parallel.h"
#include "parse/package/parser.h"
#include "source/root_folder.h"

namespace doorman::app {

using base::Result;
using model::LayerFacts;
using parse::package::parsers_version;

namespace {

/// A layer is known by its blob's digest; in a docker archive, which names no blobs, by its diffID.
const base::Digest* cache_key(const model::LayerRef& layer) {
  if (layer.blob) return &*layer.blob;
  return layer.diff_id ? &*layer.diff_id : nullptr;
}

std::optional<LayerFacts> recall(const model::LayerRef& layer, const source::LayerOptions& options,
                                 const ReadPlan& plan) {
  const base::Digest* key = cache_key(layer);
  if (plan.cache == nullptr || plan.read_again || key == nullptr) return std::nullopt;
  const std::uint64_t secret_rules = options.secrets == nullptr ? 0 : options.secrets->version();
  auto known = plan.cache->get(*key, {parsers_version, secret_rules});
  return known.ok() ? *std::move(known) : std::nullopt;
}

/// The layers in the order in which they are begun: with the largest first, the last ones to run are short.
std::vector<std::size_t> by_size(std::span<const model::LayerRef> layers) {
  std::vector<std::size_t> order(layers.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::tuple(~layers[i].size, i); });
  return order;
}

/// All facts, or the error of the lowest layer that failed.
Result<std::vector<LayerFacts>> collect(std::vector<std::optional<Result<LayerFacts>>> results) {
  std::vector<LayerFacts> facts;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i]->ok()) return results[i]->error().in("layer " + std::to_string(i + 1));
    facts.push_back(std::move(*results[i]).value());
  }
  return facts;
}

}  // namespace

void remember(const store::LayerCache& cache, const LayerFacts& facts) {
  const auto put = [&](const std::optional<base::Digest>& digest) {
    if (!digest) return;
    // A cache that cannot be written costs time, not answers.
    if (const auto done = cache.put(*digest, parsers_version, facts); !done.ok()) {
      base::log(base::LogLevel::warning, done.error().message());
    }
  };
  put(facts.blob);
  if (facts.diff_id != facts.blob) put(facts.diff_id);
}

Result<std::vector<LayerFacts>> read_layers(source::ImageSource& image, const source::LayerOptions& options,
                                            const ReadPlan& plan) {
  const auto layers = image.layers();
  std::vector<std::optional<Result<LayerFacts>>> results(layers.size());
  std::vector<std::size_t> unknown;
  for (const std::size_t index : by_size(layers)) {
    // A known layer takes less time than to start a thread for it.
    if (auto known = recall(layers[index], options, plan)) {
      if (options.progress) options.progress(layers[index].size);
      results[index].emplace(*std::move(known));
    } else {
      unknown.push_back(index);
    }
  }
  base::for_each_in_parallel(unknown.size(), plan.jobs, [&](std::size_t at) {
    const std::size_t index = unknown[at];
    results[index].emplace(source::read_layer(image, index, options));
    if (plan.cache != nullptr && results[index]->ok()) remember(*plan.cache, **results[index]);
  });
  return collect(std::move(results));
}

Result<std::vector<LayerFacts>> read_layer_folders(const std::vector<std::string>& folders,
                                                   const source::LayerOptions& options, std::size_t jobs) {
  source::RootOptions overlay;
  overlay.overlay = true;
  std::vector<std::optional<Result<LayerFacts>>> results(folders.size());
  const std::size_t jobs_each = std::max<std::size_t>(1, jobs / std::max<std::size_t>(1, folders.size()));
  base::for_each_in_parallel(folders.size(), jobs, [&](std::size_t i) {
    results[i].emplace(source::read_root_folder(folders[i], overlay, options, jobs_each));
  });
  return collect(std::move(results));
}

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/inflate.h"
#include "model/layer_facts.h"
#include "source/image_source.h"
#include "source/layer_collector.h"

namespace doorman::source {

struct LayerOptions {
  ScratchFactory scratch;
  bool verify_diff_id = false;  ///< hash the plain tar as well as the stored bytes
  base::InflateLimits inflate = {};
  LayerLimits limits = {};
  const parse::secret::SecretRules* secrets = nullptr;                 ///< borrowed; none: secrets are not sought
  std::function<void(std::uint64_t stored_bytes)> progress = nullptr;  ///< called by several threads
};

/// One layer as its stored bytes arrive: hashed, inflated and walked in one pass.
class LayerReader {
 public:
  /// `options` is borrowed.
  explicit LayerReader(const LayerOptions& options, base::DigestAlgorithm stored = base::DigestAlgorithm::sha256);

  base::Status feed(base::Bytes stored);
  /// At the end of the bytes: the facts, with the digests that were computed.
  base::Result<model::LayerFacts> finish();

  LayerCollector& collector() { return collector_; }

 private:
  base::Status inflate(base::Bytes stored);
  base::Status walk(base::Bytes plain);

  const LayerOptions& options_;
  LayerCollector collector_;
  parse::image::TarParser tar_;
  base::Hasher stored_hash_;
  base::Hasher plain_hash_;
  base::InflateMeter meter_;
  std::string head_;  ///< until the compression is known
  bool sniffed_ = false;
  std::unique_ptr<base::Decompressor> decompressor_;
  std::vector<char> window_;
};

/// Reads layer `index` of the source whole, and again where hard links ask for it. The stored bytes must have the
/// digest that the manifest announces, and with verify_diff_id the plain ones that of the settings.
base::Result<model::LayerFacts> read_layer(ImageSource& source, std::size_t index, const LayerOptions& options);

/// `mismatch` when a digest or size that was announced is not the one that was computed.
base::Status check_layer(const model::LayerRef& announced, const model::LayerFacts& computed);

}  // namespace doorman::source

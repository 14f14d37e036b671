// SPDX-License-Identifier: Apache-2.0
#include "source/layer_reader.h"

#include <algorithm>

namespace doorman::source {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

constexpr std::size_t stored_piece_bytes = 128U << 10U;
constexpr std::size_t window_bytes = 256U << 10U;
constexpr std::size_t sniff_bytes = 4;

Status drain(base::ByteStream& stream, LayerReader& reader, const LayerOptions& options) {
  std::vector<char> piece(stored_piece_bytes);
  for (;;) {
    DOORMAN_TRY(const std::size_t got, stream.read(piece));
    if (got == 0) return {};
    DOORMAN_CHECK(reader.feed(Bytes(piece.data(), got)));
    if (options.progress) options.progress(got);
  }
}

/// The contents that hard links need, from a second pass over the same layer.
Status resolve_links(ImageSource& source, std::size_t index, const LayerOptions& options,
                     const std::vector<LinkedFile>& links, model::LayerFacts& facts) {
  LayerOptions quiet = options;
  quiet.progress = nullptr;
  quiet.verify_diff_id = false;
  quiet.secrets = nullptr;
  LayerReader reader(quiet);
  reader.collector().look_only_for(links);
  DOORMAN_TRY(const auto stream, source.open_layer(index));
  DOORMAN_CHECK(drain(*stream, reader, quiet));
  DOORMAN_TRY(model::LayerFacts linked, reader.finish());
  if (linked.stored_bytes != facts.stored_bytes)
    return Error(ErrorCode::mismatch, "the layer changed between two reads");
  std::ranges::move(linked.files, std::back_inserter(facts.files));
  std::ranges::sort(facts.files, {}, &model::FileFacts::path);
  return {};
}

}  // namespace

LayerReader::LayerReader(const LayerOptions& options, base::DigestAlgorithm stored)
    : options_(options),
      collector_(options.scratch, options.limits, options.secrets),
      tar_(collector_),
      stored_hash_(stored),
      meter_(options.inflate) {}

Status LayerReader::feed(Bytes stored) {
  stored_hash_.update(stored);
  if (sniffed_) return inflate(stored);
  head_.append(stored);
  if (head_.size() < sniff_bytes) return {};
  sniffed_ = true;
  decompressor_ = base::Decompressor::make(base::sniff_compression(head_));
  if (decompressor_ != nullptr) window_.resize(window_bytes);
  const std::string head = std::move(head_);
  return inflate(head);
}

Status LayerReader::inflate(Bytes stored) {
  if (decompressor_ == nullptr) {
    DOORMAN_CHECK(meter_.add(stored.size(), stored.size()));
    return tar_.feed(stored).in("after " + meter_.place());
  }
  for (;;) {
    auto step = decompressor_->step(stored, window_);
    if (!step.ok()) return step.error().in(meter_.place());
    DOORMAN_CHECK(meter_.add(step->consumed, step->produced));
    DOORMAN_CHECK(walk(Bytes(window_.data(), step->produced)));
    stored.remove_prefix(step->consumed);
    // A full window may hide that more is to come from the same input.
    if (stored.empty() && step->produced < window_.size()) return {};
    if (step->consumed == 0 && step->produced == 0) {
      return Error(ErrorCode::invalid, "the decompressor is stuck").in(meter_.place());
    }
  }
}

Status LayerReader::walk(Bytes plain) {
  if (options_.verify_diff_id) plain_hash_.update(plain);
  return tar_.feed(plain);
}

Result<model::LayerFacts> LayerReader::finish() {
  if (!sniffed_ && !head_.empty()) return Error(ErrorCode::truncated, "the layer has less than four bytes");
  if (decompressor_ != nullptr) {
    if (Status end = decompressor_->finish(); !end.ok()) return end.error().in(meter_.place());
  }
  DOORMAN_CHECK(tar_.finish());
  model::LayerFacts facts = collector_.take();
  facts.blob = stored_hash_.finish();
  if (decompressor_ == nullptr) facts.diff_id = facts.blob;
  else if (options_.verify_diff_id) facts.diff_id = plain_hash_.finish();
  facts.stored_bytes = meter_.consumed();
  facts.plain_bytes = meter_.produced();
  return facts;
}

Status check_layer(const model::LayerRef& announced, const model::LayerFacts& computed) {
  const auto differs = [](std::string_view what, const base::Digest& want, const base::Digest& got) {
    return Error(ErrorCode::mismatch, std::string(what) + " should be " + want.text() + " but is " + got.text());
  };
  if (announced.blob && computed.blob && *announced.blob != *computed.blob) {
    return differs("the digest", *announced.blob, *computed.blob);
  }
  if (announced.diff_id && computed.diff_id && *announced.diff_id != *computed.diff_id) {
    return differs("the plain layer's digest (diffID)", *announced.diff_id, *computed.diff_id);
  }
  return {};
}

Result<model::LayerFacts> read_layer(ImageSource& source, std::size_t index, const LayerOptions& options) {
  const model::LayerRef& announced = source.layers()[index];
  DOORMAN_TRY(const auto stream, source.open_layer(index));
  LayerOptions checked = options;
  // Where no blob digest vouches for the bytes, the diffID has to.
  checked.verify_diff_id = options.verify_diff_id || !announced.blob;
  LayerReader reader(checked, announced.blob ? announced.blob->algorithm() : base::DigestAlgorithm::sha256);
  DOORMAN_CHECK(drain(*stream, reader, options));
  const std::vector<LinkedFile> links = reader.collector().unresolved_links();
  DOORMAN_TRY(model::LayerFacts facts, reader.finish());
  DOORMAN_CHECK(check_layer(announced, facts));
  if (!links.empty()) DOORMAN_CHECK(resolve_links(source, index, options, links, facts));
  return facts;
}

}  // namespace doorman::source

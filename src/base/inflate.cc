// SPDX-License-Identifier: Apache-2.0
#include "base/inflate.h"

#include <algorithm>
#include <vector>

#include "base/gzip.h"
#include "base/zstd.h"

namespace doorman::base {
namespace {

class PlainStream final : public ByteStream {
 public:
  PlainStream(ByteStream& source, InflateLimits limits) : source_(source), meter_(limits), input_(input_bytes) {}

  Result<std::size_t> read(std::span<char> into) override {
    if (!sniffed_) DOORMAN_CHECK(sniff());
    if (decompressor_ == nullptr) return read_uncompressed(into);
    std::size_t produced = 0;
    while (produced < into.size()) {
      if (pending_.empty() && !at_end_) DOORMAN_CHECK(fill());
      auto step = decompressor_->step(pending_, into.subspan(produced));
      if (!step.ok()) return step.error().in(meter_.place());
      if (step->consumed == 0 && step->produced == 0 && !pending_.empty()) {
        return Error(ErrorCode::invalid, "the decompressor is stuck").in(meter_.place());
      }
      pending_.remove_prefix(step->consumed);
      produced += step->produced;
      DOORMAN_CHECK(meter_.add(step->consumed, step->produced));
      if (at_end_ && step->produced == 0) {
        if (Status end = decompressor_->finish(); !end.ok()) return end.error().in(meter_.place());
        break;
      }
    }
    return produced;
  }

 private:
  static constexpr std::size_t input_bytes = 128U << 10U;
  static constexpr std::size_t sniff_bytes = 4;

  Status fill() {
    DOORMAN_TRY(const std::size_t got, source_.read(input_));
    pending_ = Bytes(input_.data(), got);
    at_end_ = got == 0;
    return {};
  }

  Status sniff() {
    std::size_t used = 0;
    while (used < sniff_bytes && !at_end_) {
      DOORMAN_TRY(const std::size_t got, source_.read(std::span(input_).subspan(used)));
      used += got;
      at_end_ = got == 0;
    }
    pending_ = Bytes(input_.data(), used);
    decompressor_ = Decompressor::make(sniff_compression(pending_));
    sniffed_ = true;
    return {};
  }

  Result<std::size_t> read_uncompressed(std::span<char> into) {
    std::size_t got = std::min(pending_.size(), into.size());
    if (got > 0) {
      got = pending_.copy(into.data(), got);
      pending_.remove_prefix(got);
    } else {
      DOORMAN_TRY(got, source_.read(into));
    }
    DOORMAN_CHECK(meter_.add(got, got));
    return got;
  }

  ByteStream& source_;
  std::unique_ptr<Decompressor> decompressor_;
  InflateMeter meter_;
  std::vector<char> input_;
  Bytes pending_;
  bool sniffed_ = false;
  bool at_end_ = false;
};

}  // namespace

Status InflateMeter::add(std::uint64_t consumed, std::uint64_t produced) {
  consumed_ += consumed;
  produced_ += produced;
  if (produced_ > limits_.max_bytes) {
    return Error(ErrorCode::limit,
                 "inflates to more than the limit of " + std::to_string(limits_.max_bytes) + " bytes");
  }
  if (produced_ > limits_.ratio_applies_from &&
      produced_ / std::max<std::uint64_t>(consumed_, 1) > limits_.max_ratio) {
    return Error(ErrorCode::limit,
                 "inflates by more than the limit of " + std::to_string(limits_.max_ratio) + " to 1")
        .in(place());
  }
  return {};
}

std::string InflateMeter::place() const {
  return "at byte " + std::to_string(consumed_) + " of the compressed stream";
}

Compression sniff_compression(Bytes head) {
  if (head.starts_with("\x1f\x8b")) return Compression::gzip;
  if (head.starts_with("\x28\xb5\x2f\xfd")) return Compression::zstd;
  // A zstd skippable frame, as pzstd and zstd:chunked put in front: 0x184D2A50 to 0x184D2A5F.
  if (head.size() >= 4 && (static_cast<unsigned char>(head[0]) & 0xf0U) == 0x50 &&
      head.substr(1, 3) == "\x2a\x4d\x18") {
    return Compression::zstd;
  }
  return Compression::none;
}

std::unique_ptr<Decompressor> Decompressor::make(Compression compression) {
  switch (compression) {
    case Compression::none:
      return nullptr;
    case Compression::gzip:
      return make_gzip();
    case Compression::zstd:
      return make_zstd();
  }
  return nullptr;
}

std::unique_ptr<ByteStream> open_plain(ByteStream& source, InflateLimits limits) {
  return std::make_unique<PlainStream>(source, limits);
}

}  // namespace doorman::base

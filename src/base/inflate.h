// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/stream.h"

namespace doorman::base {

enum class Compression : std::uint8_t { none, gzip, zstd };

/// What the first bytes (four are enough) say about the compression of what follows.
Compression sniff_compression(Bytes head);

/// Limits against inflation bombs. A stream that crosses one ends with a `limit` error that names it.
struct InflateLimits {
  std::uint64_t max_bytes = 64ULL << 30U;        ///< plain bytes in all
  std::uint64_t max_ratio = 250;                 ///< plain to compressed; real layers stay below 50
  std::uint64_t ratio_applies_from = 1U << 30U;  ///< smaller streams may be as dense as they like
};

/// Counts a stream's bytes on both sides of its decompression and says when a limit is crossed.
class InflateMeter {
 public:
  explicit InflateMeter(InflateLimits limits) : limits_(limits) {}

  Status add(std::uint64_t consumed, std::uint64_t produced);
  [[nodiscard]] std::uint64_t consumed() const { return consumed_; }
  [[nodiscard]] std::uint64_t produced() const { return produced_; }
  /// `at byte N of the compressed stream`, for errors.
  [[nodiscard]] std::string place() const;

 private:
  InflateLimits limits_;
  std::uint64_t consumed_ = 0;
  std::uint64_t produced_ = 0;
};

/// Turns compressed bytes into plain ones as they arrive; holds one window, never the whole.
/// Multi-member gzip and multi-frame zstd are one stream, as in gzip(1) and zstd(1).
class Decompressor {
 public:
  /// The result of one step: how much was taken from the input and how much was written.
  struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;
  };

  static std::unique_ptr<Decompressor> make(Compression compression);
  Decompressor() = default;
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  virtual ~Decompressor() = default;

  /// Makes what progress it can. With `output` full, call again with the rest of the input.
  virtual Result<Step> step(Bytes input, std::span<char> output) = 0;
  /// Call at the end of the input: an error when the stream stops in the middle of a member or frame.
  virtual Status finish() = 0;
};

/// A stream's plain bytes, whatever its compression, which its first bytes tell; `source` is borrowed.
/// Checks the limits and says where a stream is broken (`at byte N of the compressed stream`).
std::unique_ptr<ByteStream> open_plain(ByteStream& source, InflateLimits limits = {});

/// Raw deflate (RFC 1951) or zlib (RFC 1950) of known size, as in zip members and ELF sections.
enum class DeflateForm : std::uint8_t { raw, zlib };
/// The plain bytes, or an error; never more than `max_bytes` of them.
Result<std::string> inflate_all(Bytes compressed, DeflateForm form, std::size_t max_bytes);

}  // namespace doorman::base

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/stream.h"

namespace doorman::source {

/// Cuts a stream into lines without ever holding more than one and a block.
class LineReader {
 public:
  static constexpr std::size_t block_bytes = 256 * 1024;
  static constexpr std::size_t max_line = 64U << 20U;

  /// The stream is borrowed.
  explicit LineReader(base::ByteStream& stream) : stream_(stream) {}

  /// The next line without its end (\n or \r\n), valid until the next call; false at the end of the stream. A line
  /// longer than max_line is a `limit` error.
  base::Result<bool> next(std::string_view& line);
  /// Of the line that next() gave last; counts from 1.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  /// All that is left, up to `max_bytes`.
  base::Result<std::string> rest(std::size_t max_bytes);

  /// What the stream begins with, at most a block of it; call it before next().
  base::Result<std::string_view> peek();

 private:
  base::Result<bool> fill();

  base::ByteStream& stream_;
  std::string buffer_;
  std::size_t start_ = 0;
  bool ended_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace doorman::source

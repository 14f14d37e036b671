// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

namespace doorman::base {

/// Bytes that come one after the other: a file, a pipe, an HTTP body.
class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  /// Fills up to `into.size()` bytes and returns how many; 0 means the end, and only the end.
  virtual Result<std::size_t> read(std::span<char> into) = 0;
};

}  // namespace doorman::base

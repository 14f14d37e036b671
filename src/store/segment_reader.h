// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "store/event_log_format.h"

namespace doorman::store {

/// The blocks of one segment, which somebody may still be writing.
class SegmentReader {
 public:
  static base::Result<SegmentReader> open(const std::string& path);
  static base::Result<SegmentReader> of(std::string segment);

  [[nodiscard]] const SegmentHead& head() const { return head_; }

  struct Block {
    BlockHead head;
    base::Bytes records;  ///< checked against the checksum; live until the next call
    std::uint64_t offset = 0;
    std::uint64_t skipped = 0;  ///< damaged bytes before it
  };
  /// The next whole block; nothing where there is none yet.
  base::Result<std::optional<Block>> next();
  /// Bytes behind the last block that are none. Of a segment that is finished they are lost.
  base::Result<std::uint64_t> left();

 private:
  SegmentReader() = default;
  base::Result<base::Bytes> bytes_at(std::uint64_t offset, std::size_t wanted);
  base::Result<std::optional<Block>> block_at(std::uint64_t offset);
  [[nodiscard]] base::Result<std::uint64_t> size() const;

  std::optional<base::Fd> file_;  ///< none: window_ is all there is
  SegmentHead head_;
  std::uint64_t offset_ = SegmentHead::bytes;  ///< behind the last whole block
  std::uint64_t searched_ = 0;                 ///< up to here there is no whole block behind offset_
  std::string window_;
  std::uint64_t window_begin_ = 0;
};

}  // namespace doorman::store

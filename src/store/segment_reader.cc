// SPDX-License-Identifier: Apache-2.0
#include "store/segment_reader.h"

#include <algorithm>
#include <utility>

namespace doorman::store {

using base::Bytes;
using base::Result;

namespace {

constexpr std::size_t window_bytes = 1U << 20U;

}  // namespace

Result<SegmentReader> SegmentReader::open(const std::string& path) {
  SegmentReader reader;
  DOORMAN_TRY(reader.file_, base::open_read(path));
  std::string start(SegmentHead::bytes, '\0');
  DOORMAN_TRY(const std::size_t got, base::read_at(*reader.file_, 0, start));
  start.resize(got);
  DOORMAN_TRY(reader.head_, SegmentHead::read(start));
  return reader;
}

Result<SegmentReader> SegmentReader::of(std::string segment) {
  SegmentReader reader;
  reader.window_ = std::move(segment);
  DOORMAN_TRY(reader.head_, SegmentHead::read(reader.window_));
  return reader;
}

Result<std::uint64_t> SegmentReader::size() const {
  if (!file_) return std::uint64_t{window_.size()};
  return base::file_size(*file_);
}

/// What is there from `offset` on: at least `wanted` bytes, unless the file ends before.
Result<Bytes> SegmentReader::bytes_at(std::uint64_t offset, std::size_t wanted) {
  const std::uint64_t window_end = window_begin_ + window_.size();
  const bool is_there = offset >= window_begin_ && offset + wanted <= window_end;
  if (file_ && !is_there) {
    window_.resize(std::max(window_bytes, wanted));
    window_begin_ = offset;
    const auto got = base::read_at(*file_, offset, window_);
    window_.resize(got.ok() ? *got : 0);
    if (!got.ok()) return got.error();
  }
  const std::uint64_t skip = std::min<std::uint64_t>(offset - window_begin_, window_.size());
  return Bytes(window_).substr(skip);
}

Result<std::optional<SegmentReader::Block>> SegmentReader::block_at(std::uint64_t offset) {
  DOORMAN_TRY(Bytes bytes, bytes_at(offset, BlockHead::bytes));
  const std::uint64_t seed = seed_of(head_.salt, offset);
  const auto head = BlockHead::read(bytes, seed);
  if (!head) return std::optional<Block>();
  DOORMAN_TRY(bytes, bytes_at(offset, BlockHead::bytes + head->length));
  if (bytes.size() < BlockHead::bytes + head->length) return std::optional<Block>();
  const Bytes records = bytes.substr(BlockHead::bytes, head->length);
  if (checksum_of(records, seed) != head->checksum) return std::optional<Block>();
  return std::optional(Block{*head, records, offset, offset - offset_});
}

Result<std::optional<SegmentReader::Block>> SegmentReader::next() {
  DOORMAN_TRY(auto block, block_at(offset_));
  if (!block) {
    // Damaged, or not yet whole: is there one behind it?
    DOORMAN_TRY(const std::uint64_t end, size());
    std::uint64_t at = std::max(searched_, offset_ + block_align);
    for (; !block && at + BlockHead::bytes <= end; at += block_align) {
      DOORMAN_TRY(block, block_at(at));
    }
    // The last few may be the beginning of one that is still being written.
    constexpr std::uint64_t longest = BlockHead::bytes + BlockHead::max_length;
    if (!block) searched_ = std::max(searched_, end > longest ? (end - longest) / block_align * block_align : 0);
  }
  if (block) offset_ = block->offset + BlockHead::bytes + block->head.length;
  return block;
}

Result<std::uint64_t> SegmentReader::left() {
  DOORMAN_TRY(const std::uint64_t end, size());
  return end > offset_ ? end - offset_ : 0;
}

}  // namespace doorman::store

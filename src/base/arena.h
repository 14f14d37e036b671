// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace doorman::base {

/// Memory for short-lived text that is put together while something is looked at, given back all at once. What it
/// hands out stays where it is until clear(). The first block is kept, so that steady use allocates nothing.
class Arena {
 public:
  explicit Arena(std::size_t first_block = 4096) : block_bytes_(first_block) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Uninitialised memory, aligned for any of the types that are kept in it.
  std::span<char> allocate(std::size_t bytes) {
    const std::size_t wanted = (bytes + 15U) & ~std::size_t{15};
    if (blocks_.empty() || blocks_.back().size - used_ < wanted) add_block(wanted);
    Block& block = blocks_.back();
    char* const start = block.memory.get() + used_;
    used_ += wanted;
    return {start, bytes};
  }

  std::string_view copy(std::string_view text) {
    const auto room = allocate(text.size());
    text.copy(room.data(), text.size());
    return {room.data(), text.size()};
  }

  void clear() {
    if (blocks_.size() > 1) blocks_.resize(1);
    used_ = 0;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> memory;  // NOLINT(*-avoid-c-arrays): raw storage
    std::size_t size;
  };

  void add_block(std::size_t wanted) {
    const std::size_t size = wanted > block_bytes_ ? wanted : block_bytes_;
    blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});  // NOLINT(*-avoid-c-arrays)
    used_ = 0;
  }

  std::vector<Block> blocks_;
  std::size_t block_bytes_, used_ = 0;
};

}  // namespace doorman::base

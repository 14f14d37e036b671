// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <memory>

namespace doorman::derive::advisory_db {

/// Each distinct text once, by a number that counts from 0; number 0 is the empty text. Texts stay where they are.
class StringPool {
 public:
  StringPool();
  std::uint32_t intern(std::string_view text);
  [[nodiscard]] std::string_view view(std::uint32_t id) const { return texts_[id]; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(texts_.size()); }

 private:
  std::string_view keep(std::string_view text);
  void grow();

  std::vector<std::string_view> texts_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> slots_;  ///< open addressing; number + 1, 0 for none
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_used_ = 0, block_size_ = 0;
};

}  // namespace doorman::derive::advisory_db

// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/string_pool.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace doorman::derive::advisory_db {
namespace {

constexpr std::size_t block_bytes = 1U << 20U;
constexpr std::size_t first_slots = 1U << 12U;

}  // namespace

StringPool::StringPool() : slots_(first_slots) { intern({}); }

std::uint32_t StringPool::intern(std::string_view text) {
  if ((texts_.size() + 1) * 2 > slots_.size()) grow();
  const std::uint64_t hash = base::hash64(text);
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const std::uint32_t id = slots_[slot] - 1;
    if (hashes_[id] == hash && texts_[id] == text) return id;
  }
  const auto id = static_cast<std::uint32_t>(texts_.size());
  slots_[slot] = id + 1;
  texts_.push_back(keep(text));
  hashes_.push_back(hash);
  return id;
}

std::string_view StringPool::keep(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > block_size_ - block_used_) {
    block_size_ = std::max(block_bytes, text.size());
    block_used_ = 0;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_size_));
  }
  char* const place = blocks_.back().get() + block_used_;
  std::memcpy(place, text.data(), text.size());
  block_used_ += text.size();
  return {place, text.size()};
}

void StringPool::grow() {
  slots_.assign(slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t id = 0; id < texts_.size(); ++id) {
    std::size_t slot = hashes_[id] & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = id + 1;
  }
}

}  // namespace doorman::derive::advisory_db

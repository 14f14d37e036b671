// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/process.h"

namespace doorman::derive {

/// Where each process is kept, by its key: a hash table with open addressing that needs only itself to be searched.
class ProcessIndex {
 public:
  static constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);

  ProcessIndex() : slots_(1024) {}

  [[nodiscard]] std::uint32_t find(model::ProcessKey key) const { return slots_[place_of(key)].value; }
  /// A key that is not in it.
  void insert(model::ProcessKey key, std::uint32_t value);
  /// A key that is in it.
  void erase(model::ProcessKey key);
  [[nodiscard]] std::size_t size() const { return used_; }

  /// In no order.
  template <typename Visitor>
  void for_each(Visitor visit) const {
    for (const Slot& slot : slots_) {
      if (slot.value != none) visit(slot.value);
    }
  }

 private:
  struct Slot {
    std::uint64_t start = 0;
    std::uint32_t pid = 0;
    std::uint32_t value = none;
  };

  static std::uint64_t hash_of(std::uint64_t start, std::uint32_t pid) {
    std::uint64_t hash = start ^ (std::uint64_t{pid} * 0x9e3779b97f4a7c15U);
    hash ^= hash >> 32U;
    hash *= 0xd6e8feb86659fd93U;
    return hash ^ (hash >> 32U);
  }
  [[nodiscard]] std::size_t place_of(model::ProcessKey key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = hash_of(key.start, key.pid) & mask;
    while (slots_[place].value != none && (slots_[place].start != key.start || slots_[place].pid != key.pid)) {
      place = (place + 1) & mask;
    }
    return place;
  }
  void grow();

  std::vector<Slot> slots_;  // a power of two of them, at most half in use
  std::size_t used_ = 0;
};

}  // namespace doorman::derive

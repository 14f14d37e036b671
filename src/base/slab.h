// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace doorman::base {

/// Many objects of one type that come and go, each at an address that stays and under a number. The memory is kept
/// for the next, and what was given back last is taken first, as it is still near.
template <typename T>
class Slab {
 public:
  using Number = std::uint32_t;

  T& at(Number number) { return blocks_[number / per_block][number % per_block]; }
  const T& at(Number number) const { return blocks_[number / per_block][number % per_block]; }

  /// As it was left: who takes it makes it new.
  Number take() {
    if (free_.empty()) add_block();
    const Number number = free_.back();
    free_.pop_back();
    return number;
  }
  void give_back(Number number) { free_.push_back(number); }

 private:
  static constexpr std::size_t per_block = 128;

  void add_block() {
    const auto first = static_cast<Number>(blocks_.size() * per_block);
    blocks_.push_back(std::make_unique<T[]>(per_block));  // NOLINT(*-avoid-c-arrays)
    for (Number i = per_block; i > 0; --i) free_.push_back(first + i - 1);
  }

  std::vector<std::unique_ptr<T[]>> blocks_;  // NOLINT(*-avoid-c-arrays)
  std::vector<Number> free_;
};

}  // namespace doorman::base

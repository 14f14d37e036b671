// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace doorman::derive {

/// Gives equal keys equal numbers, as long as it remembers them, and different keys different ones: a number is
/// never given again. A key takes the place of another that falls on it.
template <std::size_t words>
class Numbering {
 public:
  using Key = std::array<std::uint64_t, words>;

  /// `first`: the lowest number to give. `places`: a power of two; as many keys are remembered at most.
  Numbering(std::uint64_t first, std::size_t places) : last_(first - 1), places_(places) {}

  std::uint64_t number_of(const Key& key) {
    Place& place = places_[hash_of(key) & (places_.size() - 1)];
    if (place.number == 0 || place.key != key) place = {key, ++last_};
    return place.number;
  }

 private:
  struct Place {
    Key key{};
    std::uint64_t number = 0;
  };

  static std::uint64_t hash_of(const Key& key) {
    std::uint64_t hash = 0;
    for (const std::uint64_t word : key) {
      hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 32U;
    }
    return hash;
  }

  std::uint64_t last_;
  std::vector<Place> places_;
};

}  // namespace doorman::derive

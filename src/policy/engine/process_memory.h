// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/hash.h"

namespace doorman::policy {

/// Numbers of model::Revisions are counted up, and those that are in use are near each other: so shall their places
/// be.
inline std::uint64_t mixed(std::uint64_t revision) { return revision ^ revision >> 32U; }

/// What parts of conditions are for what has a revision. Bounded: one takes the place of another whose number falls
/// on it.
class AnswerMemory {
 public:
  /// `parts`: how many answers there are to remember of each.
  explicit AnswerMemory(std::uint32_t parts);

  /// Those of one revision. Valid until the next `of`.
  class Answers {
   public:
    Answers() = default;
    explicit Answers(std::uint64_t* words) : words_(words) {}
    [[nodiscard]] bool known(std::uint32_t part) const { return bits(part) != 0; }
    [[nodiscard]] bool truth(std::uint32_t part) const { return bits(part) == 3; }
    void remember(std::uint32_t part, bool truth) {
      words_[part / 32] |= (truth ? std::uint64_t{3} : std::uint64_t{1}) << (part % 32 * 2);
    }

   private:
    /// Two bits a part: known, and true.
    [[nodiscard]] std::uint64_t bits(std::uint32_t part) const { return words_[part / 32] >> (part % 32 * 2) & 3U; }
    std::uint64_t* words_ = nullptr;
  };
  Answers of(std::uint64_t revision);

 private:
  std::size_t words_each_;
  std::vector<std::uint64_t> revisions_;  ///< 0: none
  std::vector<std::uint64_t> words_;
};

/// A list of numbers for each revision and bucket of rules. Revisions are many, and different lists few: places are
/// small, so that they stay near. Bounded likewise.
template <typename Number>
class ListMemory {
 public:
  /// `places`: a power of two.
  explicit ListMemory(std::size_t places) : places_(places) {}

  /// Nothing when it must be found out first. Valid until the next `remember`.
  [[nodiscard]] std::optional<std::span<const Number>> find(std::uint64_t revision, std::uint32_t bucket) const {
    const Place& place = places_[place_of(revision, bucket)];
    if (place.revision != revision || place.bucket != bucket) return std::nullopt;
    return lists_[place.list];
  }

  void remember(std::uint64_t revision, std::uint32_t bucket, const std::vector<Number>& list) {
    if (listed_ + list.size() > most_listed || lists_.size() >= most_lists) forget();
    const auto bytes = std::as_bytes(std::span(list));
    const std::uint64_t hash = base::hash64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    const auto [known, is_new] = by_hash_.try_emplace(hash, static_cast<std::uint32_t>(lists_.size()));
    // Another list of that hash is not found by it any more.
    if (is_new || lists_[known->second] != list) {
      known->second = static_cast<std::uint32_t>(lists_.size());
      lists_.push_back(list);
      listed_ += list.size();
    }
    places_[place_of(revision, bucket)] = {revision, bucket, known->second};
  }

 private:
  static constexpr std::size_t most_lists = 4096, most_listed = 1'000'000;

  struct Place {
    std::uint64_t revision = 0;  ///< 0: none
    std::uint32_t bucket = 0;
    std::uint32_t list = 0;
  };
  [[nodiscard]] std::size_t place_of(std::uint64_t revision, std::uint32_t bucket) const {
    return (mixed(revision) + bucket * std::uint64_t{0x9E37'79B1}) & (places_.size() - 1);
  }
  void forget() {
    lists_.clear();
    by_hash_.clear();
    listed_ = 0;
    std::ranges::fill(places_, Place());
  }

  std::vector<Place> places_;
  std::vector<std::vector<Number>> lists_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_hash_;
  std::size_t listed_ = 0;  ///< numbers in all lists
};

}  // namespace doorman::policy

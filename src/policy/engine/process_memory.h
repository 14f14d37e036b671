// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace doorman::policy {

/// What was decided by processes alone. Bounded: a process takes the place of another whose number falls on it.
class ProcessMemory {
 public:
  /// `nodes`: how many answers there are to remember of each process.
  explicit ProcessMemory(std::uint32_t nodes);

  /// The answers for one process. Valid until the next `of`.
  class Answers {
   public:
    explicit Answers(std::span<std::uint64_t> words) : words_(words) {}
    [[nodiscard]] bool known(std::uint32_t node) const { return bits(node) != 0; }
    [[nodiscard]] bool truth(std::uint32_t node) const { return bits(node) == 3; }
    void remember(std::uint32_t node, bool truth) {
      words_[node / 32] |= (truth ? std::uint64_t{3} : std::uint64_t{1}) << (node % 32 * 2);
    }

   private:
    /// Two bits a node: known, and true.
    [[nodiscard]] std::uint64_t bits(std::uint32_t node) const { return words_[node / 32] >> (node % 32 * 2) & 3U; }
    std::span<std::uint64_t> words_;
  };
  Answers of(std::uint64_t revision);

  /// The rules of a bucket that a process has not ruled out; nothing when they must be found out first. Valid until
  /// the next `remember`.
  [[nodiscard]] std::optional<std::span<const std::uint32_t>> candidates(std::uint64_t revision,
                                                                         std::uint32_t bucket) const {
    const Place& place = places_[place_of(revision, bucket)];
    if (place.revision != revision || place.bucket != bucket) return std::nullopt;
    return lists_[place.list];
  }
  void remember(std::uint64_t revision, std::uint32_t bucket, const std::vector<std::uint32_t>& rules);

 private:
  /// Processes are many, and different lists of rules few: the places are small, so that they stay near.
  struct Place {
    std::uint64_t revision = 0;  ///< 0: none
    std::uint32_t bucket = 0;
    std::uint32_t list = 0;
  };
  [[nodiscard]] std::size_t place_of(std::uint64_t revision, std::uint32_t bucket) const;
  void forget_lists();

  std::size_t words_each_;
  std::vector<std::uint64_t> revisions_;  ///< 0: none
  std::vector<std::uint64_t> words_;
  std::vector<Place> places_;
  std::vector<std::vector<std::uint32_t>> lists_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> list_index_;
  std::size_t listed_ = 0;  ///< numbers in all lists
};

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
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

  /// The rules of a bucket that a process has not ruled out.
  struct alignas(64) Candidates {
    static constexpr std::size_t most = 28;
    std::uint64_t revision = 0;
    std::uint32_t bucket = 0;
    std::uint32_t count = 0;  ///< more than `most`: they are not listed
    std::array<std::uint32_t, most> rules{};
  };
  /// The place for them; of another process or bucket unless both are as asked.
  Candidates& candidates(std::uint64_t revision, std::uint32_t bucket);

 private:
  std::size_t words_each_;
  std::vector<std::uint64_t> revisions_;  ///< 0: none
  std::vector<std::uint64_t> words_;
  std::vector<Candidates> candidates_;
};

}  // namespace doorman::policy

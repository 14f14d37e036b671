// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doorman::policy {

/// Numbers texts from 1 up, and finds the number of a text by hashing it once.
class TextIndex {
 public:
  static constexpr std::uint32_t absent = 0;

  std::uint32_t add(std::string_view text);
  [[nodiscard]] std::uint32_t find(std::string_view text) const {
    return (lengths_ & length_bit(text)) == 0 ? absent : look_up(text);
  }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = absent;
  };
  void grow();
  [[nodiscard]] std::uint32_t look_up(std::string_view text) const;
  [[nodiscard]] static std::uint64_t length_bit(std::string_view text) {
    return std::uint64_t{1} << (text.size() < 63 ? text.size() : 63U);
  }

  std::vector<Slot> slots_;  ///< a power of two of them, at most half full
  std::vector<std::string> texts_;
  /// Which lengths there are, those from 63 on as one: most texts that are looked for are told by it.
  std::uint64_t lengths_ = 0;
};

/// Some of a TextIndex's numbers.
class NumberSet {
 public:
  NumberSet() = default;
  /// `most`: no number is higher.
  NumberSet(std::vector<std::uint32_t> numbers, std::size_t most);

  [[nodiscard]] bool contains(std::uint32_t number) const {
    if (bits_.empty()) return std::ranges::binary_search(numbers_, number);
    return (bits_[number / 64] >> (number % 64) & 1U) != 0;
  }

 private:
  std::vector<std::uint32_t> numbers_;  ///< sorted; empty when there are bits
  std::vector<std::uint64_t> bits_;
};

/// Paths' beginnings, name by name, some of the names globs. Finds whether a path begins with one of them in time
/// linear in the path, but for the globs, of which each is tried at most once.
class PathTrie {
 public:
  PathTrie() : nodes_(1) {}
  void add(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view path) const { return !is_empty_ && matches(0, path); }

 private:
  struct Edge {
    std::string name;
    std::uint32_t to;
  };
  struct Node {
    bool ends = false;
    std::vector<Edge> plain;  ///< sorted by name
    std::vector<Edge> globs;
  };
  std::uint32_t step(std::uint32_t from, std::string_view name);
  [[nodiscard]] bool matches(std::uint32_t node, std::string_view path) const;

  std::vector<Node> nodes_;
  bool is_empty_ = true;
};

}  // namespace doorman::policy

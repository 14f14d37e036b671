// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/engine/text_index.h"

namespace doorman::policy {

/// How a text that is looked for lies in the text that is looked at.
enum class Where : std::uint8_t { whole, front, end, inside };

/// Finds which of many texts lie in another, all in one look. Each text has a number, which several may share.
class TextFinder {
 public:
  TextFinder() = default;
  explicit TextFinder(Where where) : where_(where) {}
  void add(std::string_view text, std::uint32_t number);
  /// Once, before the first search.
  void finish();

  /// Calls `found` with the number of each that is found; perhaps more than once with the same.
  template <typename Found>
  void search(std::string_view text, Found found) const {
    switch (where_) {
      case Where::whole:
        return at(text, found);
      case Where::front:
        for (const std::size_t length : lengths_) {
          if (length > text.size()) return;
          at(text.substr(0, length), found);
        }
        return;
      case Where::end:
        for (const std::size_t length : lengths_) {
          if (length > text.size()) return;
          at(text.substr(text.size() - length), found);
        }
        return;
      case Where::inside:
        return inside(text, found);
    }
  }

 private:
  struct Entry {
    std::string text;
    std::uint32_t number = 0;
    std::uint32_t offset = 0;  ///< of its gram, for `inside`
  };
  /// As many bytes as a number of 32 bits holds: what is looked for first inside a text.
  static constexpr std::size_t gram_bytes = 4;
  static constexpr unsigned filter_bits = 15;

  [[nodiscard]] static std::uint32_t gram_at(std::string_view text, std::size_t at);
  [[nodiscard]] static std::uint32_t filter_place(std::uint32_t gram) {
    return gram * 0x9E37'79B1U >> (32 - filter_bits);
  }
  void choose_grams();
  [[nodiscard]] std::span<const Entry> entries_of(std::uint32_t gram) const;

  template <typename Found>
  void at(std::string_view text, Found found) const {
    const std::uint32_t group = texts_.find(text);
    if (group == TextIndex::absent) return;
    for (std::uint32_t i = first_[group]; i < first_[group + 1]; ++i) found(entries_[i].number);
  }

  template <typename Found>
  void inside(std::string_view text, Found found) const {
    for (const Entry& entry : short_) {
      if (text.find(entry.text) != std::string_view::npos) found(entry.number);
    }
    if (filter_.empty()) return;
    for (std::size_t i = 0; i + gram_bytes <= text.size(); ++i) {
      const std::uint32_t gram = gram_at(text, i);
      const std::uint32_t place = filter_place(gram);
      if ((filter_[place / 64] >> (place % 64) & 1U) == 0) continue;
      for (const Entry& entry : entries_of(gram)) {
        if (entry.offset <= i && text.substr(i - entry.offset).starts_with(entry.text)) found(entry.number);
      }
    }
  }

  Where where_ = Where::whole;
  std::vector<Entry> entries_;        ///< by text, or for `inside` by gram
  std::vector<Entry> short_;          ///< too short for a gram
  TextIndex texts_;                   ///< or grams
  std::vector<std::uint32_t> first_;  ///< by number of texts_: where its entries begin
  std::vector<std::size_t> lengths_;  ///< rising
  std::vector<std::uint64_t> filter_;
};

}  // namespace doorman::policy

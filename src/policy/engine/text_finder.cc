// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/text_finder.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace doorman::policy {

std::uint32_t TextFinder::gram_at(std::string_view text, std::size_t at) {
  std::uint32_t gram = 0;
  std::memcpy(&gram, text.data() + at, gram_bytes);
  return gram;
}

void TextFinder::add(std::string_view text, std::uint32_t number) {
  if (where_ == Where::inside && text.size() < gram_bytes) short_.push_back({std::string(text), number, 0});
  else entries_.push_back({std::string(text), number, 0});
}

/// The gram of each text that the fewest texts have: what they share is no sign of any of them.
void TextFinder::choose_grams() {
  std::unordered_map<std::uint32_t, std::uint32_t> uses;
  for (const Entry& entry : entries_) {
    for (std::size_t i = 0; i + gram_bytes <= entry.text.size(); ++i) ++uses[gram_at(entry.text, i)];
  }
  filter_.resize(std::size_t{1} << (filter_bits - 6));
  for (Entry& entry : entries_) {
    std::uint32_t fewest = static_cast<std::uint32_t>(-1);
    for (std::size_t i = 0; i + gram_bytes <= entry.text.size(); ++i) {
      const std::uint32_t count = uses[gram_at(entry.text, i)];
      if (count >= fewest) continue;
      fewest = count;
      entry.offset = static_cast<std::uint32_t>(i);
    }
    const std::uint32_t place = filter_place(gram_at(entry.text, entry.offset));
    filter_[place / 64] |= std::uint64_t{1} << (place % 64);
  }
}

void TextFinder::finish() {
  if (where_ == Where::inside && !entries_.empty()) choose_grams();
  const auto key = [&](const Entry& entry) {
    const std::string_view text = entry.text;
    return where_ == Where::inside ? text.substr(entry.offset, gram_bytes) : text;
  };
  for (const Entry& entry : entries_) {
    texts_.add(key(entry));
    lengths_.push_back(entry.text.size());
  }
  std::ranges::sort(lengths_);
  const auto repeated = std::ranges::unique(lengths_);
  lengths_.erase(repeated.begin(), repeated.end());
  std::ranges::stable_sort(entries_, {}, [&](const Entry& entry) { return texts_.find(key(entry)); });
  first_.assign(texts_.size() + 2, 0);
  for (const Entry& entry : entries_) ++first_[texts_.find(key(entry)) + 1];
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
}

std::span<const TextFinder::Entry> TextFinder::entries_of(std::uint32_t gram) const {
  char bytes[gram_bytes];  // NOLINT(*-avoid-c-arrays)
  std::memcpy(bytes, &gram, gram_bytes);
  const std::uint32_t group = texts_.find({bytes, gram_bytes});
  if (group == TextIndex::absent) return {};
  return std::span(entries_).subspan(first_[group], first_[group + 1] - first_[group]);
}

}  // namespace doorman::policy

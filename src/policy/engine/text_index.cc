// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/text_index.h"

#include <algorithm>

#include "base/glob.h"
#include "base/hash.h"
#include "policy/check/compare.h"

namespace doorman::policy {

std::uint32_t TextIndex::add(std::string_view text) {
  if (const std::uint32_t known = find(text); known != absent) return known;
  texts_.emplace_back(text);
  lengths_ |= length_bit(text);
  if (slots_.size() < 2 * texts_.size()) {
    grow();
  } else {
    const std::uint64_t hash = base::hash64(text);
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].number != absent) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32U), static_cast<std::uint32_t>(texts_.size())};
  }
  return static_cast<std::uint32_t>(texts_.size());
}

void TextIndex::grow() {
  slots_.assign(std::max<std::size_t>(8, 4 * slots_.size()), Slot());
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    const std::uint64_t hash = base::hash64(texts_[i]);
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].number != absent) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32U), static_cast<std::uint32_t>(i + 1)};
  }
}

std::uint32_t TextIndex::look_up(std::string_view text) const {
  const std::uint64_t hash = base::hash64(text);
  const auto high = static_cast<std::uint32_t>(hash >> 32U);
  for (std::size_t at = hash & (slots_.size() - 1); slots_[at].number != absent;
       at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].hash == high && texts_[slots_[at].number - 1] == text) return slots_[at].number;
  }
  return absent;
}

NumberSet::NumberSet(std::vector<std::uint32_t> numbers, std::size_t most) : numbers_(std::move(numbers)) {
  std::ranges::sort(numbers_);
  constexpr std::size_t few = 4, bits_for_each = 1024;  // so that many small sets of many texts stay small
  if (numbers_.size() <= few || most > numbers_.size() * bits_for_each) return;
  bits_.resize(most / 64 + 1);
  for (const std::uint32_t number : numbers_) bits_[number / 64] |= std::uint64_t{1} << (number % 64);
  numbers_.clear();
}

std::uint32_t PathTrie::step(std::uint32_t from, std::string_view name) {
  const bool glob = is_glob(name);
  auto& edges = glob ? nodes_[from].globs : nodes_[from].plain;
  auto place =
      glob ? std::ranges::find(edges, name, &Edge::name) : std::ranges::lower_bound(edges, name, {}, &Edge::name);
  if (place != edges.end() && place->name == name) return place->to;
  const auto to = static_cast<std::uint32_t>(nodes_.size());
  edges.insert(place, {std::string(name), to});
  nodes_.emplace_back();
  return to;
}

void PathTrie::add(std::string_view pattern) {
  is_empty_ = false;
  std::uint32_t at = 0;
  for (std::string_view name = next_name(pattern); !name.empty(); name = next_name(pattern)) at = step(at, name);
  nodes_[at].ends = true;
}

bool PathTrie::matches(std::uint32_t node, std::string_view path) const {
  for (;;) {
    const Node& here = nodes_[node];
    if (here.ends) return true;
    const std::string_view name = next_name(path);
    if (name.empty()) return false;
    for (const Edge& edge : here.globs) {
      if (base::matches_glob(edge.name, name) && matches(edge.to, path)) return true;
    }
    const auto plain = std::ranges::lower_bound(here.plain, name, {}, &Edge::name);
    if (plain == here.plain.end() || plain->name != name) return false;
    node = plain->to;
  }
}

}  // namespace doorman::policy

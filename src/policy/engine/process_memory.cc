// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/process_memory.h"

#include <algorithm>
#include <bit>

namespace doorman::policy {
namespace {

constexpr std::size_t most_bytes = 8U << 20U;  ///< of answers
constexpr std::size_t most_processes = 16'384;
constexpr std::size_t places = 32'768;
constexpr std::size_t most_lists = 4096, most_listed = 1'000'000;

/// Revisions are counted up, and those of processes that live are near each other: so shall their places be.
std::uint64_t mix(std::uint64_t revision) { return revision ^ revision >> 32U; }

}  // namespace

ProcessMemory::ProcessMemory(std::uint32_t nodes) : words_each_(nodes / 32 + 1) {
  const std::size_t fit = std::bit_floor(most_bytes / (words_each_ * sizeof(std::uint64_t)));
  revisions_.resize(std::clamp<std::size_t>(fit, 16, most_processes));
  words_.resize(revisions_.size() * words_each_);
  places_.resize(places);
}

ProcessMemory::Answers ProcessMemory::of(std::uint64_t revision) {
  const std::size_t place = mix(revision) & (revisions_.size() - 1);
  const auto words = std::span(words_).subspan(place * words_each_, words_each_);
  if (revisions_[place] != revision) {
    revisions_[place] = revision;
    std::ranges::fill(words, 0);
  }
  return Answers(words);
}

std::size_t ProcessMemory::place_of(std::uint64_t revision, std::uint32_t bucket) const {
  return (mix(revision) + bucket * std::uint64_t{0x9E37'79B1}) & (places_.size() - 1);
}

void ProcessMemory::forget_lists() {
  lists_.clear();
  list_index_.clear();
  listed_ = 0;
  std::ranges::fill(places_, Place());
}

void ProcessMemory::remember(std::uint64_t revision, std::uint32_t bucket,
                             const std::vector<std::uint32_t>& rules) {
  if (listed_ + rules.size() > most_listed || lists_.size() >= most_lists) forget_lists();
  const auto [entry, is_new] = list_index_.try_emplace(rules, static_cast<std::uint32_t>(lists_.size()));
  if (is_new) {
    lists_.push_back(rules);
    listed_ += rules.size();
  }
  places_[place_of(revision, bucket)] = {revision, bucket, entry->second};
}

}  // namespace doorman::policy

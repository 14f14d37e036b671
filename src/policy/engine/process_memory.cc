// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/process_memory.h"

#include <algorithm>
#include <bit>

namespace doorman::policy {
namespace {

constexpr std::size_t most_bytes = 8U << 20U;  ///< of answers
constexpr std::size_t most_processes = 16'384;
constexpr std::size_t candidate_places = 32'768;

std::uint64_t mix(std::uint64_t number) {
  number *= 0x9E37'79B9'7F4A'7C15U;  // Fibonacci hashing: neighbours fall far apart
  return number >> 20U;
}

}  // namespace

ProcessMemory::ProcessMemory(std::uint32_t nodes) : words_each_(nodes / 32 + 1) {
  const std::size_t fit = std::bit_floor(most_bytes / (words_each_ * sizeof(std::uint64_t)));
  revisions_.resize(std::clamp<std::size_t>(fit, 16, most_processes));
  words_.resize(revisions_.size() * words_each_);
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

ProcessMemory::Candidates& ProcessMemory::candidates(std::uint64_t revision, std::uint32_t bucket) {
  if (candidates_.empty()) candidates_.resize(candidate_places);
  return candidates_[mix(revision + bucket * std::uint64_t{0x1'0001}) & (candidate_places - 1)];
}

}  // namespace doorman::policy

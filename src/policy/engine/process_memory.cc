// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/process_memory.h"

namespace doorman::policy {
namespace {

constexpr std::size_t most_bytes = 8U << 20U;
constexpr std::size_t most_revisions = 16'384;

}  // namespace

AnswerMemory::AnswerMemory(std::uint32_t parts) : words_each_(parts / 32 + 1) {
  if (parts == 0) {
    revisions_.resize(1);
    words_.resize(1);
    return;
  }
  const std::size_t fit = std::bit_floor(most_bytes / (words_each_ * sizeof(std::uint64_t)));
  revisions_.resize(std::clamp<std::size_t>(fit, 16, most_revisions));
  words_.resize(revisions_.size() * words_each_);
}

AnswerMemory::Answers AnswerMemory::of(std::uint64_t revision) {
  const std::size_t place = mixed(revision) & (revisions_.size() - 1);
  std::uint64_t* const words = words_.data() + place * words_each_;
  if (revisions_[place] != revision) {
    revisions_[place] = revision;
    std::fill_n(words, words_each_, 0);
  }
  return Answers(words);
}

}  // namespace doorman::policy

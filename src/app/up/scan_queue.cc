// SPDX-License-Identifier: Apache-2.0
#include "app/up/scan_queue.h"

#include <algorithm>

namespace doorman::app {

void ScanQueue::set_images(const std::vector<base::Digest>& images, const std::string& basis) {
  std::map<base::Digest, State> known;
  if (basis == basis_) known.swap(states_);
  states_.clear();
  for (const base::Digest& image : images) {
    const auto before = known.find(image);
    states_.try_emplace(image, before == known.end() ? State() : before->second);
  }
  basis_ = basis;
  order_ = images;
}

std::optional<base::Digest> ScanQueue::next(Clock::time_point now) const {
  for (const base::Digest& image : order_) {
    const State& state = states_.at(image);
    if (!state.done && state.not_before <= now) return image;
  }
  return std::nullopt;
}

void ScanQueue::scanned(const base::Digest& image) {
  if (const auto known = states_.find(image); known != states_.end()) known->second.done = true;
}

bool ScanQueue::failed(const base::Digest& image, Clock::time_point now) {
  const auto known = states_.find(image);
  if (known == states_.end()) return false;
  State& state = known->second;
  const bool is_first = state.pause == first_pause;
  state.not_before = now + state.pause;
  state.pause = std::min<Clock::duration>(state.pause * 2, longest_pause);
  return is_first;
}

}  // namespace doorman::app

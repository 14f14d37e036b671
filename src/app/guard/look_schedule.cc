// SPDX-License-Identifier: Apache-2.0
#include "app/guard/look_schedule.h"

#include <algorithm>
#include <map>

namespace doorman::app {

void LookSchedule::started(const Look& look, Time now) {
  if (started_.size() >= limits_.waiting) return;
  std::size_t& of_group = waiting_[look.cgroup];
  if (of_group >= limits_.of_group) return;
  ++of_group;
  started_.push_back({look, now + limits_.first});
}

bool LookSchedule::wants_round(Time now) const {
  return round_.empty() && (!round_began_ || now - *round_began_ >= limits_.every);
}

void LookSchedule::begin_round(const std::vector<Look>& all, Time now) {
  round_began_ = now;
  std::map<std::uint64_t, std::vector<Look>> by_group;
  for (const Look& look : all) by_group[look.cgroup].push_back(look);
  std::size_t longest = 0;
  for (const auto& [cgroup, looks] : by_group) longest = std::max(longest, looks.size());
  for (std::size_t turn = 0; turn < longest; ++turn) {
    for (const auto& [cgroup, looks] : by_group) {
      if (round_.size() >= limits_.of_round) return;
      if (turn < looks.size()) round_.push_back(looks[turn]);
    }
  }
}

std::optional<Look> LookSchedule::next(Time now) {
  if (!started_.empty() && started_.front().due <= now) {
    const Look look = started_.front().look;
    started_.pop_front();
    if (const auto waiting = waiting_.find(look.cgroup); --waiting->second == 0) waiting_.erase(waiting);
    return look;
  }
  if (round_.empty()) return std::nullopt;
  const Look look = round_.front();
  round_.pop_front();
  return look;
}

}  // namespace doorman::app

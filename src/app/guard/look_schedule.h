// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model/process.h"

namespace doorman::app {

/// A process of a container that is to be looked at.
struct Look {
  std::uint64_t cgroup = 0;
  model::ProcessKey process;
};

/// Which process of a container is looked at when: one a while after its program started, and all in rounds. No
/// container takes another's turn: what is waited for has a limit each, and a round takes one of each container
/// after another. Knows no clock.
class LookSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Limits {
    std::chrono::milliseconds first{1000};            ///< after the start of a program
    std::chrono::milliseconds every{60'000};          ///< from the beginning of a round to that of the next
    std::size_t waiting = 1U << 14U, of_group = 512;  ///< starts; of more nothing is kept until the next round
    std::size_t of_round = 1U << 14U;
  };
  explicit LookSchedule(Limits limits) : limits_(limits) {}
  LookSchedule() : LookSchedule(Limits()) {}

  void started(const Look& look, Time now);
  /// Whether the next round may begin: the last one is done, and long enough ago.
  [[nodiscard]] bool wants_round(Time now) const;
  /// All processes that are there.
  void begin_round(const std::vector<Look>& all, Time now);

  /// What is to be looked at now.
  std::optional<Look> next(Time now);

 private:
  struct Waiting {
    Look look;
    Time due;
  };
  Limits limits_;
  std::deque<Waiting> started_;
  std::unordered_map<std::uint64_t, std::size_t> waiting_;  ///< how many of started_, by control group
  std::deque<Look> round_;
  std::optional<Time> round_began_;
};

}  // namespace doorman::app

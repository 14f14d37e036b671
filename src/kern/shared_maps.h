// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "kern/pins.h"

namespace doorman::kern {

enum class DriftMode : std::uint8_t { off, alert, deny, kill };
enum class FlowMode : std::uint8_t { off, discover, monitor, protect };

/// What is in force for a control group that belongs to a container.
struct WatchedGroup {
  std::uint64_t root = 0;  ///< the group of the container itself
  std::uint64_t made = 0;  ///< nanoseconds since boot
  std::uint32_t flow_policy = 0;
  DriftMode drift = DriftMode::off;
  FlowMode flows = FlowMode::off;
  bool confirmed = false;  ///< not only by its name or maker
};

/// What holds for all programs.
struct Settings {
  std::chrono::nanoseconds patience = std::chrono::milliseconds(500);  ///< without a beat the guard counts as gone
  DriftMode drift = DriftMode::off;                                    ///< of containers that appear
  FlowMode flows = FlowMode::off;
  bool environment = false;  ///< whether executions tell the environment
};

enum class LossCause : std::uint8_t { ring_full = 1, over_share, table_full };

struct Loss {
  std::uint64_t cgroup = 0;
  LossCause cause = LossCause::ring_full;
  std::uint64_t count = 0;
};

/// The maps that all families of programs share (bpf/maps.h, bpf/shared.h).
class SharedMaps {
 public:
  /// They are pinned when the first family is loaded; before that this fails.
  static base::Result<SharedMaps> open(const Pins& pins);

  /// Also tells the programs which process is the guard: this one.
  base::Status set(const Settings& settings);
  /// A sign of life.
  base::Status beat();

  [[nodiscard]] base::Result<std::optional<WatchedGroup>> find(std::uint64_t cgroup) const;
  base::Status put(std::uint64_t cgroup, const WatchedGroup& group);
  base::Status remove(std::uint64_t cgroup);
  [[nodiscard]] base::Result<std::vector<std::pair<std::uint64_t, WatchedGroup>>> groups() const;

  /// What was lost since the last call, by whom.
  base::Result<std::vector<Loss>> take_losses();

 private:
  base::Fd containers_, control_, lost_;
};

}  // namespace doorman::kern

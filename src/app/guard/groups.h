// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/container.h"
#include "model/event_record.h"
#include "model/guard_record.h"
#include "source/container/finder.h"

namespace doorman::app {

/// Knows which control groups are containers': asks the engines' files when a group appears, and again while they
/// are still being written.
class Groups {
 public:
  struct Hooks {
    /// The group is this container's, or more is known of it than before. Addresses are in it once they are known.
    /// `own`: it is the container's own; else one below.
    std::function<void(std::uint64_t cgroup, const source::container::Finding&, bool own)> found;
    /// The group is no container's, whatever its name is like.
    std::function<void(std::uint64_t cgroup)> none;
    /// A container's files could not be understood; for people.
    std::function<void(const std::string&)> problem;
  };

  Groups(source::container::ContainerFinder finder, Hooks hooks);

  /// All containers that run now.
  base::Status find_running();
  /// A control group appeared, or is gone.
  void take(const model::EventRecord& record, const model::CgroupRecord& group);
  /// Asks again for what was not known yet: to be called every few milliseconds while is_waiting().
  void tick();
  [[nodiscard]] bool is_waiting() const { return !waiting_.empty(); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds pause{5}, name_patience{500}, address_patience{5000};
  static constexpr std::size_t max_waiting = 4096;

  struct Waiting {
    std::string path;
    std::uint32_t maker = 0;
    Clock::time_point since, next;
    source::container::Finding finding;  ///< as far as it is known
    bool knows_container = false;        ///< only addresses are missing
  };

  void tell(std::uint64_t cgroup, const Waiting& waiting);
  void ask(std::uint64_t cgroup, Waiting& waiting);
  /// Whether nothing more is to be waited for.
  bool is_done(std::uint64_t cgroup, Waiting& waiting);
  bool ask_addresses(std::uint64_t cgroup, Waiting& waiting);

  source::container::ContainerFinder finder_;
  Hooks hooks_;
  std::map<std::uint64_t, Waiting> waiting_;  ///< by control group
};

}  // namespace doorman::app

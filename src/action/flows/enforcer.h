// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "kern/flow_programs.h"
#include "model/flow_policy.h"

namespace doorman::action {

/// Holds containers to their flow policies: keeps the kernel's maps as the policies say. Containers with the same
/// policy share one copy of it. A policy is in place whole before a container is given it, and the old one goes
/// afterwards, so that at no moment something is refused that both allow, or the other way round.
class FlowEnforcer {
 public:
  /// `programs` outlives this.
  explicit FlowEnforcer(kern::FlowPrograms& programs) : programs_(programs) {}

  /// The policy of containers that appear, until they are given one of their own. Numbers that an earlier guard
  /// left in the kernel stay in force and are not used again, until forget_earlier().
  base::Status begin(const model::FlowPolicy& of_new_containers);
  /// From now on the container is held to it, and the DNS answers that it receives are told; `not_found` when the
  /// kernel does not know the control group.
  base::Status set(std::uint64_t cgroup, const model::FlowPolicy& policy);
  /// The container is gone.
  base::Status remove(std::uint64_t cgroup);
  /// Every container has its policy from this guard: those of the earlier one go.
  base::Status forget_earlier();

  [[nodiscard]] std::size_t policies() const { return shared_.size(); }

 private:
  /// What a policy says, whatever the mode.
  struct Content {
    std::vector<model::FlowEntry> entries;
    std::vector<model::FlowName> names;
    auto operator<=>(const Content&) const = default;
  };
  struct Shared {
    std::uint32_t number = 0;
    std::size_t users = 0;
  };
  struct Held {
    Content content;
    model::FlowMode mode = model::FlowMode::off;
  };

  base::Result<std::uint32_t> take_policy(const Content& content);
  base::Status give_back(const Content& content);
  base::Result<std::vector<kern::FlowRule>> rules_of(const Content& content);
  [[nodiscard]] std::uint32_t free_number() const;
  base::Status guard_sockets();
  base::Status watch_names(std::uint64_t cgroup, bool on);

  kern::FlowPrograms& programs_;
  std::map<Content, Shared> shared_;
  std::unordered_map<std::uint64_t, Held> held_;
  std::set<std::uint32_t> numbers_, earlier_;
  bool new_are_protected_ = false;
};

}  // namespace doorman::action

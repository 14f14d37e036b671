// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/image_overview.h"
#include "model/neighbours.h"

namespace doorman::model {

/// What stands between the containers that run on one host.
struct Isolation {
  /// A program that holds them apart: the kernel, an engine, a runtime.
  struct Ground {
    std::string name;          ///< kernel, or the package's name
    std::string version;       ///< of the package; of a kernel that is no package's, its release
    std::string package = {};  ///< empty: no package of this host is it, and its flaws are not known
    FlawCounts flaws = {}, fixable = {};
    std::vector<std::string> worst = {};  ///< ids of the worst, exploited ones first; at most max_worst
  };
  static constexpr std::size_t max_worst = 3;

  /// What of a container's settings leads out of it to the host, and so to everybody there.
  struct Way {
    std::string rule, output, remediation;
    bool closed_by_machine = false;  ///< in a virtual machine of its own it would lead to that machine only
  };
  /// What two containers have in common beside the kernel.
  struct Tie {
    std::string name;  ///< of the other
    std::string by;    ///< a path of the host, or `network namespace` and so on
    bool operator==(const Tie&) const = default;
  };
  struct Container {
    Resident who;
    std::string engine, image_id;
    bool runs_as_root = false;
    std::optional<bool> host_users;  ///< its root is the host's
    std::vector<Way> ways;
    std::vector<Tie> ties;                         ///< by name
    std::uint64_t neighbours = 0;                  ///< containers that share the kernel, its own pod's left out
    std::optional<Neighbours::Farthest> farthest;  ///< by trust
  };
  /// Where all of it runs.
  struct Machine {
    bool is_virtual = false;
    bool can_run_machines = false;  ///< it has /dev/kvm
    std::vector<std::string>
        runtimes;  ///< that put a container into a machine or sandbox of its own: kata, runsc …
  };

  std::vector<Ground> grounds;  ///< the kernel first
  Machine machine;
  std::vector<Container> containers;  ///< those with most ways out first
  std::vector<std::string> unknown;   ///< sentences
};

}  // namespace doorman::model

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "action/flows/enforcer.h"
#include "base/result.h"
#include "derive/address_names.h"
#include "derive/flow_map.h"
#include "derive/learned_flows.h"
#include "kern/flow_programs.h"
#include "kern/pins.h"
#include "policy/engine/engine.h"

namespace doorman::app {

/// What is learned of connections and what is held to it: the learned map of each image, in STATE/flows.json, and
/// each container's policy in the kernel, made anew when peers, names or rules have changed.
class FlowKeeper {
 public:
  struct Settings {
    model::FlowMode mode = model::FlowMode::discover;  ///< of containers that say nothing else
    bool pinned = false;                               ///< it holds when this process ends
    std::string groups;                                ///< where control groups (v2) are mounted
    std::string state_folder;
  };

  /// From now on connections are told, and those of new containers judged by the mode.
  static base::Result<std::unique_ptr<FlowKeeper>> start(const kern::Pins& pins, kern::FlowPrograms programs,
                                                         const Settings& settings);

  /// Appends what the kernel tells of connections and DNS answers, as records; now and then, or `all` at once, what
  /// it only counted besides.
  void read(std::string& into, bool all = false);

  /// `flows` and `names` outlive this; `rules` may be null.
  void set_sources(const derive::FlowMap& flows, const derive::AddressNames& names) {
    flows_ = &flows;
    names_ = &names;
  }
  void set_rules(std::shared_ptr<const policy::Engine> rules);

  /// The container is held to its policy before this returns: its own mode is what the rules say of its image, else
  /// the setting, and its label `doorman.flows` where that is stricter. Again when more is known of it.
  base::Status set_container(std::uint64_t cgroup, const model::Container& container);
  void remove_container(std::uint64_t cgroup);
  /// Nothing comes to the container any more and nothing leaves it, until it ends or what is pinned is removed;
  /// again does nothing.
  base::Status cut_off(std::uint64_t cgroup) { return programs_.cut_off(pins_, cgroup); }

  /// Learns, or tells whether it is known.
  std::optional<bool> note(const model::Flow& flow);
  void note_listen(std::uint64_t cgroup, std::uint8_t protocol, std::uint16_t port);
  /// Somebody was told a name's addresses.
  void names_changed(std::uint64_t cgroup) { changed_.insert(cgroup); }

  /// Makes policies anew where that is due, and keeps what was learned: to be called now and then.
  void tick();
  /// Every container that ran before is known by now.
  base::Status forget_earlier() { return enforcer_.forget_earlier(); }
  /// Nobody is held to anything any more after `pins` are removed; keeps what was learned.
  base::Status stop();

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds remake_every{50};
  static constexpr std::chrono::seconds save_every{5}, count_every{10};

  struct Held {
    model::FlowMode mode = model::FlowMode::off;
    std::string digest;
  };

  FlowKeeper(Settings settings, kern::Pins pins, kern::FlowPrograms programs, kern::Ring ring);
  base::Status read_learned();
  base::Status save_learned();
  base::Status hold(std::uint64_t cgroup, const Held& held);
  [[nodiscard]] model::FlowMode mode_of(std::uint64_t cgroup) const;
  [[nodiscard]] model::FlowMode mode_for(const model::Container& container) const;

  Settings settings_;
  kern::Pins pins_;
  kern::FlowPrograms programs_;
  kern::Ring ring_;
  action::FlowEnforcer enforcer_;
  derive::LearnedFlows learned_;
  const derive::FlowMap* flows_ = nullptr;
  const derive::AddressNames* names_ = nullptr;
  std::shared_ptr<const policy::Engine> rules_;
  std::map<std::uint64_t, Held> held_;  ///< by control group
  std::set<std::uint64_t> changed_;     ///< whose policy is to be made anew
  bool peers_changed_ = false;          ///< everybody's is
  Clock::time_point remade_, saved_, counted_;
};

}  // namespace doorman::app

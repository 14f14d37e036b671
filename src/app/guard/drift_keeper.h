// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <set>

#include "action/drift_guard.h"
#include "base/result.h"
#include "derive/event_stream.h"
#include "kern/pins.h"
#include "model/container.h"
#include "model/guard_record.h"
#include "policy/engine/engine.h"

namespace doorman::app {

/// Which mode of drift each container has: what the rules say of its image, else the setting. And what the kernel's
/// side of it cannot find out by itself.
class DriftKeeper {
 public:
  /// `rules` may be null, here and below. Where any container may be denied something, the gate stands when this
  /// returns: that forks, so call it before there are threads.
  static base::Result<DriftKeeper> start(const kern::Pins& pins, model::DriftMode setting,
                                         std::shared_ptr<const policy::Engine> rules);

  [[nodiscard]] model::DriftMode mode_of(const model::Container& container) const;
  /// Whether any container may be denied something.
  [[nodiscard]] bool enforces() const;
  /// Gives the containers of the stream the modes that these rules say; a gate that is there stays.
  base::Status set_rules(std::shared_ptr<const policy::Engine> rules, const derive::EventStream& stream);

  /// A new container: how its file systems lie is looked at when the first program of its image starts.
  void add_container(std::uint64_t cgroup) { without_look_.insert(cgroup); }
  void program_started(std::uint64_t cgroup, std::uint32_t pid);

  /// Whether a program that was only told is the image's after all; `process` is null where it is not known.
  bool is_image_program(const model::EventRecord& record, const model::DriftRecord& drift,
                        const model::Process* process);

  /// To be called now and then: an upgrade makes the engines' programs others.
  void tick() { guard_.approve_engine_programs(); }
  /// Nobody is held to anything any more after the pins are removed.
  base::Status stop() { return guard_.stop(false); }

 private:
  DriftKeeper(action::DriftGuard guard, model::DriftMode setting, std::shared_ptr<const policy::Engine> rules);

  action::DriftGuard guard_;
  model::DriftMode setting_;
  std::shared_ptr<const policy::Engine> rules_;
  std::set<std::uint64_t> without_look_;  ///< containers' own groups whose mounts were not looked at yet
};

}  // namespace doorman::app

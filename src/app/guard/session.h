// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/values.h"
#include "base/result.h"
#include "derive/container_histories.h"
#include "model/flow.h"
#include "model/guard_record.h"

namespace doorman::app {

struct GuardSettings {
  std::string state_folder;
  std::vector<std::string> rules;  ///< as open_event_rules takes them
  model::DriftMode drift = model::DriftMode::alert;
  model::FlowMode flows = model::FlowMode::discover;
  cli::AlertFormat format = cli::AlertFormat::text;
  bool quiet = false;
  /// Is given, now and then and at the end, what the containers did since the last time. May be empty. Called by
  /// the guard's own thread, which it must not hold up.
  std::function<void(std::unique_ptr<derive::ContainerHistories>)> remember;
};

/// A guard at work: the kernel's side, the engines' files, the watcher, the log. One at a time on a host.
class Session {
 public:
  /// Everything is attached and every container known when this returns; `denied` when another guard is at work.
  static base::Result<std::unique_ptr<Session>> start(const GuardSettings& settings);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Until SIGINT or SIGTERM; SIGHUP loads the rules anew. Then what was enforced is taken back.
  base::Status run();

 private:
  class Work;
  explicit Session(std::unique_ptr<Work> work);
  std::unique_ptr<Work> work_;
};

}  // namespace doorman::app

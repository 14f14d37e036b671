// SPDX-License-Identifier: Apache-2.0
#include "app/guard/guard.h"

#include <cstdio>
#include <string>

#include "action/drift_guard.h"
#include "app/guard/check.h"
#include "app/guard/stats.h"
#include "app/state.h"
#include "base/log.h"
#include "kern/pins.h"

namespace doorman::app {
namespace {

namespace options = cli::options;

int fail(const base::Error& error) {
  base::log(base::LogLevel::error, error.message());
  return 2;
}

base::Status watch(const cli::ParsedCommand& command, const cli::Environment& environment) {
  DOORMAN_TRY(const GuardSettings settings, guard_settings(command, environment));
  DOORMAN_TRY(const auto session, Session::start(settings));
  return session->run();
}

/// A gate that still stands ends too.
base::Status remove() {
  DOORMAN_TRY(const auto pins, kern::Pins::open());
  DOORMAN_TRY(auto drift, action::DriftGuard::start(pins));
  DOORMAN_CHECK(drift.stop(false));
  return pins.remove();
}

base::Status tell_stats(const cli::ParsedCommand& command, const cli::Environment& environment) {
  DOORMAN_TRY(const auto state, open_state(command.get(options::state_dir), environment));
  DOORMAN_TRY(const std::string told, guard_stats(state.path()));
  (void)std::fputs(told.c_str(), stdout);
  return {};
}

int check() {
  const GuardCheck told = check_guard();
  (void)std::fputs(told.text.c_str(), stdout);
  return told.can_work ? 0 : 1;
}

}  // namespace

base::Result<GuardSettings> guard_settings(const cli::ParsedCommand& command, const cli::Environment& environment) {
  DOORMAN_TRY(const auto state, open_state(command.get(options::state_dir), environment));
  GuardSettings settings;
  settings.state_folder = state.path();
  settings.rules = command.get(options::rules);
  settings.drift = command.get(options::drift);
  settings.flows = command.get(options::flows);
  settings.format = command.get(options::alert_format);
  settings.quiet = command.get(options::quiet);
  return settings;
}

int guard(const cli::ParsedCommand& command, const cli::Environment& environment) {
  if (command.get(options::guard_check)) return check();
  base::Status done;
  if (command.get(options::guard_remove)) done = remove();
  else if (command.get(options::guard_stats)) done = tell_stats(command, environment);
  else done = watch(command, environment);
  return done.ok() ? 0 : fail(done.error());
}

}  // namespace doorman::app

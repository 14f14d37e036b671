// SPDX-License-Identifier: Apache-2.0
#include "app/up/up.h"

#include <optional>
#include <utility>

#include "app/guard/guard.h"
#include "app/guard/session.h"
#include "app/up/background_scans.h"
#include "app/up/history_keeper.h"
#include "app/up/other_images.h"
#include "base/log.h"

namespace doorman::app {
namespace {

base::Status work(const cli::ParsedCommand& command, const cli::Environment& environment) {
  DOORMAN_TRY(GuardSettings settings, guard_settings(command, environment));
  std::optional<HistoryKeeper> history;  // begun when no other guard is there
  settings.remember = [&history](auto lives) {
    if (history) history->give(std::move(lives));
  };
  DOORMAN_TRY(const auto session, Session::start(settings));
  history.emplace(HistoryKeeper::Settings{.state_folder = settings.state_folder});
  const BackgroundScans scans({.program = "/proc/self/exe",
                               .state_folder = settings.state_folder,
                               .others = [&settings] { return other_images(settings.state_folder); }});
  return session->run();
}

}  // namespace

int up(const cli::ParsedCommand& command, const cli::Environment& environment) {
  const base::Status done = work(command, environment);
  if (done.ok()) return 0;
  base::log(base::LogLevel::error, done.error().message());
  return 2;
}

}  // namespace doorman::app

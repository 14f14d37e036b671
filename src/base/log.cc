// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <string>

#include "base/text.h"

namespace doorman::base {

namespace {

struct LogState {
  std::mutex mutex;
  LogLevel least = LogLevel::info;
};

LogState& state() {
  static LogState instance;
  return instance;
}

/// Where standard error is closed or full there is nobody left to tell.
void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string_view prefix_of(LogLevel level) {
  switch (level) {
    case LogLevel::info:
      return "doorman: ";
    case LogLevel::warning:
      return "doorman: warning: ";
    case LogLevel::error:
      return "doorman: ";
  }
  return {};
}

}  // namespace

void set_log_level(LogLevel least) {
  const std::lock_guard lock(state().mutex);
  state().least = least;
}

void log(LogLevel level, std::string_view message) {
  const std::string shown = printable(message);
  const std::lock_guard lock(state().mutex);
  if (level < state().least) return;
  write_to_stderr(std::string(prefix_of(level)).append(shown).append("\n"));
}

void warn_of(const Status& status) {
  if (!status.ok()) log(LogLevel::warning, status.error().message());
}

}  // namespace doorman::base

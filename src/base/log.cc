// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <string>

#include "base/text.h"

namespace doorman::base {

namespace {

constexpr std::string_view erase_line = "\r\x1b[K";

struct LogState {
  std::mutex mutex;
  LogLevel least = LogLevel::info;
  std::string status_line;
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
  const std::string& status_line = state().status_line;
  std::string text;
  if (!status_line.empty()) text += erase_line;
  text.append(prefix_of(level)).append(shown).append("\n").append(status_line);
  write_to_stderr(text);
}

void show_status_line(std::string_view text) {
  const std::lock_guard lock(state().mutex);
  if (text.empty() && state().status_line.empty()) return;
  state().status_line = text;
  write_to_stderr(std::string(erase_line).append(text));
}

}  // namespace doorman::base

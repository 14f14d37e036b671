// SPDX-License-Identifier: Apache-2.0
#include "app/up/background_scans.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "app/scan/child.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"

namespace doorman::app {
namespace {

using base::Fd;
using base::Result;

constexpr std::size_t most_complaints = 4096;  // bytes of standard error that are kept

/// The end of what comes until nobody writes any more.
std::string read_tail(const Fd& from) {
  std::string tail;
  std::array<char, most_complaints> piece{};
  for (;;) {
    // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): the lock of the wait before is gone
    const ssize_t count = ::read(from.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return tail;
    tail.append(piece.data(), static_cast<std::size_t>(count));
    if (tail.size() > most_complaints) tail.erase(0, tail.size() - most_complaints);
  }
}

}  // namespace

BackgroundScans::BackgroundScans(Settings settings)
    : settings_(std::move(settings)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

BackgroundScans::~BackgroundScans() = default;

void BackgroundScans::work(const std::stop_token& stop) {
  std::string told;
  while (!stop.stop_requested()) {
    const auto complaints = scan_once(stop);
    const std::string now = complaints.ok() ? *complaints : complaints.error().message();
    if (now != told && !now.empty() && !stop.stop_requested()) {
      base::log(base::LogLevel::warning, fmt::format("scan of what runs here: {}", base::printable(now)));
    }
    told = now;
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, stop, settings_.every, [] { return false; });
  }
}

Result<std::string> BackgroundScans::scan_once(const std::stop_token& stop) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::system_error("pipe");
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  DOORMAN_TRY(const pid_t pid, start_child({.program = settings_.program,
                                            .words = {settings_.program, "scan", "running", "--quiet",
                                                      "--state-dir", settings_.state_folder},
                                            .complaints = write_end.get(),
                                            .only_idle = true}));
  write_end = Fd();
  std::string complaints;
  {
    // Gone before the process is reaped: its number stays its own as long.
    const std::stop_callback end(stop, [pid] { ::kill(pid, SIGTERM); });
    complaints = read_tail(read_end);
  }
  ::waitpid(pid, nullptr, 0);
  while (complaints.ends_with('\n')) complaints.pop_back();
  return complaints;
}

}  // namespace doorman::app

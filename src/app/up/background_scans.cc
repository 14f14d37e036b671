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
#include "app/up/scan_queue.h"
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
    : settings_(std::move(settings)), running_([this](const std::stop_token& stop) { scan_running(stop); }) {
  if (settings_.others) others_ = std::jthread([this](const std::stop_token& stop) { scan_others(stop); });
}

BackgroundScans::~BackgroundScans() = default;

void BackgroundScans::scan_running(const std::stop_token& stop) {
  std::string told;
  while (!stop.stop_requested()) {
    const auto ended = scan("running", stop);
    const std::string now = ended.ok() ? ended->complaints : ended.error().message();
    if (now != told && !now.empty() && !stop.stop_requested()) {
      base::log(base::LogLevel::warning, fmt::format("scan of what runs here: {}", base::printable(now)));
    }
    told = now;
    std::unique_lock lock(mutex_);
    know_what_runs_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, stop, settings_.every, [] { return false; });
  }
}

void BackgroundScans::scan_others(const std::stop_token& stop) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [this] { return know_what_runs_; });
  }
  ScanQueue queue;
  while (!stop.stop_requested()) {
    const OtherImages here = settings_.others();
    const auto look_again = ScanQueue::Clock::now() + settings_.look_again;
    queue.set_images(here.digests, here.basis);
    while (!stop.stop_requested() && ScanQueue::Clock::now() < look_again) {
      const auto image = queue.next(ScanQueue::Clock::now());
      if (!image) break;
      scan_image(*image, queue, stop);
    }
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, look_again, [] { return false; });
  }
}

void BackgroundScans::scan_image(const base::Digest& image, ScanQueue& queue, const std::stop_token& stop) {
  const auto ended = scan(image.text(), stop);
  // A verdict, even a bad one, is what the scan is for.
  if (ended.ok() && (ended->code == 0 || ended->code == 1)) return queue.scanned(image);
  const bool is_news = queue.failed(image, ScanQueue::Clock::now());
  if (!is_news || stop.stop_requested()) return;
  std::string why = ended.ok() ? ended->complaints : ended.error().message();
  if (why.empty()) why = "it was killed";
  base::log(base::LogLevel::warning, fmt::format("scan of an image here: {}", base::printable(why)));
}

Result<BackgroundScans::Ended> BackgroundScans::scan(const std::string& target, const std::stop_token& stop) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::system_error("pipe");
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  DOORMAN_TRY(
      const pid_t pid,
      start_child({.program = settings_.program,
                   .words = {settings_.program, "scan", target, "--quiet", "--state-dir", settings_.state_folder},
                   .complaints = write_end.get(),
                   .only_idle = true}));
  write_end = Fd();
  Ended ended;
  {
    // Gone before the process is reaped: its number stays its own as long.
    const std::stop_callback end(stop, [pid] { ::kill(pid, SIGTERM); });
    ended.complaints = read_tail(read_end);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  while (ended.complaints.ends_with('\n')) ended.complaints.pop_back();
  return ended;
}

}  // namespace doorman::app

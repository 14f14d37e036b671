// SPDX-License-Identifier: Apache-2.0
#include "sink/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "sink/terminal.h"

namespace doorman::sink {
namespace {

constexpr std::string_view clear_line = "\r\x1b[K";
constexpr std::size_t bar_width = 24, default_width = 80;

std::string bar_of(const ProgressState& state) {
  if (state.bytes_total == 0) return "";
  const std::uint64_t done = std::min(state.bytes_done, state.bytes_total);
  const auto filled = static_cast<std::size_t>(static_cast<double>(done) / static_cast<double>(state.bytes_total) *
                                               static_cast<double>(bar_width));
  std::string bar(filled, '=');
  if (filled < bar_width) bar += '>';
  bar.resize(bar_width, ' ');
  return "[" + bar + "]  ";
}

std::string amount_of(const ProgressState& state) {
  if (state.bytes_total == 0) return size_text(state.bytes_done);
  return fmt::format("{} of {}", size_text(std::min(state.bytes_done, state.bytes_total)),
                     size_text(state.bytes_total));
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return default_width;
  return size.ws_col;
}

void write_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;  // a terminal that is gone is no reason to fail
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string progress_line(const ProgressState& state, std::size_t width) {
  std::string line = bar_of(state) + amount_of(state);
  const double seconds = std::chrono::duration<double>(state.elapsed).count();
  if (seconds >= 1) {
    line += fmt::format(", {}/s",
                        size_text(static_cast<std::uint64_t>(static_cast<double>(state.bytes_done) / seconds)));
  }
  if (state.layers_total != 0) {
    line +=
        fmt::format(", layer {} of {}", std::min(state.layers_done + 1, state.layers_total), state.layers_total);
  }
  if (!state.activity.empty()) line += ", " + shown(state.activity, true);
  return cut_end(line, width, "...");
}

Progress::Progress(Terminal terminal, Clock clock) : terminal_(std::move(terminal)), clock_(std::move(clock)) {}

Progress::~Progress() { finish(); }

std::unique_ptr<Progress> Progress::off() { return std::unique_ptr<Progress>(new Progress()); }

std::unique_ptr<Progress> Progress::on_stderr(bool quiet) {
  const char* terminal = std::getenv("TERM");
  const bool can_draw = terminal != nullptr && std::string_view(terminal) != "dumb" && ::isatty(STDERR_FILENO) == 1;
  if (quiet || !can_draw) return off();
  return std::make_unique<Progress>(Terminal{write_stderr, terminal_width}, std::chrono::steady_clock::now);
}

void Progress::start(std::string_view activity, std::uint64_t bytes_total, std::uint64_t layers_total) {
  if (!clock_) return;
  const std::lock_guard lock(mutex_);
  bytes_ = 0;
  layers_ = 0;
  began_ = clock_();
  state_ = {.bytes_total = bytes_total, .layers_total = layers_total, .activity = std::string(activity)};
  running_ = true;
  draw();
}

void Progress::add_bytes(std::uint64_t count) {
  bytes_.fetch_add(count, std::memory_order_relaxed);
  draw_if_due();
}

void Progress::layer_done() {
  layers_.fetch_add(1, std::memory_order_relaxed);
  draw_if_due();
}

void Progress::activity(std::string_view text) {
  if (!running_) return;
  {
    const std::lock_guard lock(mutex_);
    state_.activity = text;
  }
  draw_if_due();
}

void Progress::finish() {
  if (!clock_) return;
  const std::lock_guard lock(mutex_);
  running_ = false;
  if (std::exchange(drawn_, false)) terminal_.write(clear_line);
}

void Progress::draw_if_due() {
  if (!running_.load(std::memory_order_relaxed)) return;
  if (clock_().time_since_epoch().count() < next_draw_.load(std::memory_order_relaxed)) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  // Whoever holds the lock is drawing; and finish() may have come first.
  if (lock.owns_lock() && running_) draw();
}

void Progress::draw() {
  const auto now = clock_();
  next_draw_ = (now + redraw_interval).time_since_epoch().count();
  state_.bytes_done = bytes_;
  state_.layers_done = layers_;
  state_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_);
  const std::size_t width = terminal_.width();
  // One column stays free: a full line makes some terminals go to the next one.
  terminal_.write(fmt::format("\r{}\x1b[K", progress_line(state_, width == 0 ? 0 : width - 1)));
  drawn_ = true;
}

}  // namespace doorman::sink

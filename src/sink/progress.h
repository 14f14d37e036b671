// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace doorman::sink {

/// What a progress bar tells at one moment.
struct ProgressState {
  std::uint64_t bytes_done = 0, bytes_total = 0;    ///< stored bytes; a total of 0 is not known
  std::uint64_t layers_done = 0, layers_total = 0;  ///< likewise
  std::string activity;                             ///< `reading registry.example/app`
  std::chrono::milliseconds elapsed{0};
};

/// The bar as one line of at most `width` columns: `[=====>    ]  312 of 685 MB, 212 MB/s, layer 4 of 10, reading
/// …`.
std::string progress_line(const ProgressState& state, std::size_t width);

/// A progress bar at the bottom of a terminal. Every function may be called from any thread at any time, and
/// costs a few atomic operations: the bar is drawn at most ten times a second, by whoever comes then.
class Progress {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;
  /// The terminal; `width` is asked before each drawing, because windows change their size.
  struct Terminal {
    std::function<void(std::string_view)> write;
    std::function<std::size_t()> width;
  };
  static constexpr std::chrono::milliseconds redraw_interval{100};

  /// On standard error, if that is a terminal that can move its cursor and `quiet` is false; else a bar that
  /// does nothing.
  static std::unique_ptr<Progress> on_stderr(bool quiet);
  static std::unique_ptr<Progress> off();

  Progress(Terminal terminal, Clock clock);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// A new target: counts begin at 0 again.
  void start(std::string_view activity, std::uint64_t bytes_total, std::uint64_t layers_total);
  void add_bytes(std::uint64_t count);
  void layer_done();
  void activity(std::string_view text);
  /// Clears the line and draws no more until the next start. Before anything else is written to the terminal.
  void finish();

 private:
  Progress() = default;
  void draw_if_due();
  void draw();

  Terminal terminal_;
  Clock clock_;
  std::atomic<bool> running_ = false;
  std::atomic<std::uint64_t> bytes_ = 0, layers_ = 0;
  std::atomic<std::chrono::steady_clock::rep> next_draw_ = 0;

  std::mutex mutex_;  ///< guards what follows, and the terminal
  ProgressState state_;
  std::chrono::steady_clock::time_point began_;
  bool drawn_ = false;
};

}  // namespace doorman::sink

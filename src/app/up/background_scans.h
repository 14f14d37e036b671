// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "base/result.h"

namespace doorman::app {

/// Scans what runs here again and again, in a process of its own that gets only the processor time that nobody else
/// wants: what it takes or breaks is not the guard's. Where there is nothing new, a scan takes milliseconds an
/// image.
class BackgroundScans {
 public:
  struct Settings {
    std::string program;                      ///< doorman
    std::string state_folder;                 ///< where a scan leaves what it learned
    std::chrono::milliseconds every{30'000};  ///< from the end of one to the beginning of the next
  };

  /// The first begins at once. What a scan complains about is logged, but not twice in a row.
  explicit BackgroundScans(Settings settings);
  /// Ends the one that is at work.
  ~BackgroundScans();
  BackgroundScans(const BackgroundScans&) = delete;
  BackgroundScans& operator=(const BackgroundScans&) = delete;

 private:
  void work(const std::stop_token& stop);
  /// What it complained about; an error where it could not be started.
  base::Result<std::string> scan_once(const std::stop_token& stop);

  Settings settings_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

}  // namespace doorman::app

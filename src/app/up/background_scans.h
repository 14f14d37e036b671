// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace doorman::app {

class ScanQueue;

/// Images of this host, besides those that run.
struct OtherImages {
  std::vector<base::Digest> digests;
  std::string basis;  ///< another text where all of them are to be scanned anew
};

/// Scans what runs here again and again, and the other images of this host each once, in processes of their own
/// that get only the processor time that nobody else wants: what they take or break is not the guard's. Where there
/// is nothing new, a scan takes milliseconds an image.
class BackgroundScans {
 public:
  struct Settings {
    std::string program;                      ///< doorman
    std::string state_folder;                 ///< where a scan leaves what it learned
    std::chrono::milliseconds every{30'000};  ///< from the end of one of what runs to the beginning of the next
    /// What else is here, asked by a thread of these scans; none: nothing else is scanned.
    std::function<OtherImages()> others = nullptr;
    std::chrono::milliseconds look_again{60'000};  ///< from one question to the next
  };

  /// The first begins at once, that of the other images when it has ended. What a scan complains about is logged:
  /// of what runs not twice in a row, of each other image when it fails for the first time. It is tried again after
  /// the pauses of ScanQueue.
  explicit BackgroundScans(Settings settings);
  /// Ends those that are at work.
  ~BackgroundScans();
  BackgroundScans(const BackgroundScans&) = delete;
  BackgroundScans& operator=(const BackgroundScans&) = delete;

 private:
  struct Ended {
    int code = -1;  ///< -1: by a signal
    std::string complaints;
  };

  void scan_running(const std::stop_token& stop);
  void scan_others(const std::stop_token& stop);
  void scan_image(const base::Digest& image, ScanQueue& queue, const std::stop_token& stop);
  /// An error where it could not be started.
  base::Result<Ended> scan(const std::string& target, const std::stop_token& stop);

  Settings settings_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool know_what_runs_ = false;  ///< the first scan of what runs has ended
  std::jthread running_, others_;
};

}  // namespace doorman::app

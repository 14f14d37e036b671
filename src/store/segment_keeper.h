// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"

namespace doorman::store {

/// Does on a thread of its own what takes a disk's time: brings finished segments onto the disk and removes old
/// ones. When it is destroyed, everything that was asked for is done.
class SegmentKeeper {
 public:
  struct Limits {
    std::uint64_t total_bytes = 0;
    std::chrono::hours max_age{0};
  };

  SegmentKeeper(std::string folder, Limits limits);
  ~SegmentKeeper();
  SegmentKeeper(const SegmentKeeper&) = delete;
  SegmentKeeper& operator=(const SegmentKeeper&) = delete;

  /// Nothing more is written to the file: sync and close it.
  void finish(base::Fd segment);
  /// Remove the oldest segments but `current` and later ones until the rest keeps to the limits.
  void prune(std::uint64_t current);
  std::vector<std::string> take_notes();

 private:
  void run();
  void remove_old(std::uint64_t current);
  void note(std::string text);

  std::string folder_;
  Limits limits_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<base::Fd> finished_;
  std::uint64_t prune_before_ = 0;  ///< 0: nothing is to be pruned
  bool stop_ = false;
  std::vector<std::string> notes_;
  std::thread thread_;  // last: begins when the others are there
};

}  // namespace doorman::store

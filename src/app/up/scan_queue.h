// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"

namespace doorman::app {

/// Which of a host's images waits for a scan: each once, and once more when what scans go by has changed. One that
/// cannot be scanned has a pause before its next try, which doubles each time.
class ScanQueue {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::minutes first_pause{5};
  static constexpr std::chrono::hours longest_pause{24};

  /// `images` are those that are there now, in the order in which they are wanted; what is gone is forgotten.
  /// `basis` is another text where all are to be scanned anew.
  void set_images(const std::vector<base::Digest>& images, const std::string& basis);
  /// The first that may be scanned now.
  [[nodiscard]] std::optional<base::Digest> next(Clock::time_point now) const;
  /// What became of it. Whether it failed for the first time.
  void scanned(const base::Digest& image);
  bool failed(const base::Digest& image, Clock::time_point now);

 private:
  struct State {
    bool done = false;
    Clock::time_point not_before{};
    Clock::duration pause = first_pause;
  };
  std::string basis_;
  std::vector<base::Digest> order_;
  std::map<base::Digest, State> states_;
};

}  // namespace doorman::app

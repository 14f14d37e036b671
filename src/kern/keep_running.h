// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <time.h>

#include <chrono>

#include "base/result.h"

namespace doorman::kern {

/// While it lives, a SIGSTOP to this process does not last: a timer of the kernel sends SIGCONT, which is acted
/// upon even by who is stopped. For processes that others wait for. A fork does not inherit it. Takes the handler
/// of SIGCONT.
class KeepRunning {
 public:
  static base::Result<KeepRunning> start(std::chrono::milliseconds interval);
  KeepRunning(KeepRunning&& other) noexcept;
  KeepRunning& operator=(KeepRunning&&) = delete;
  ~KeepRunning();

 private:
  explicit KeepRunning(timer_t timer) : timer_(timer), running_(true) {}
  timer_t timer_;
  bool running_;
};

}  // namespace doorman::kern

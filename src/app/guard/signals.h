// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "base/fd.h"
#include "base/result.h"

namespace doorman::app {

/// SIGINT, SIGTERM and SIGHUP, read like a file: from then on they interrupt nothing in this thread, nor in those
/// that it starts.
class Signals {
 public:
  static base::Result<Signals> open();

  /// 0: none has come.
  [[nodiscard]] int next() const;

 private:
  explicit Signals(base::Fd fd) : fd_(std::move(fd)) {}

  base::Fd fd_;
};

}  // namespace doorman::app

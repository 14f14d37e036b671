// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/result.h"
#include "kern/pins.h"
#include "kern/ring.h"

namespace doorman::kern {

/// bpf/process.bpf.c: executions, forks, exits and control groups. Attached from attach() on, and while it is
/// pinned.
class ProcessPrograms {
 public:
  static base::Result<ProcessPrograms> load(const Pins& pins);
  ProcessPrograms(ProcessPrograms&&) noexcept;
  ProcessPrograms& operator=(ProcessPrograms&&) noexcept;
  ~ProcessPrograms();

  /// Pinned: the programs go on when this process ends.
  base::Status attach(const Pins& pins, bool pinned);
  /// What they tell: records of bpf/event.h.
  [[nodiscard]] base::Result<Ring> critical() const;

 private:
  struct Loaded;
  explicit ProcessPrograms(std::unique_ptr<Loaded> loaded);
  std::unique_ptr<Loaded> loaded_;
};

}  // namespace doorman::kern

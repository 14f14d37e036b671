// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "kern/pins.h"

namespace doorman::kern {

/// bpf/lsm.bpf.c: refuses what is surely not the image's within the system call that executes it.
class LsmPrograms {
 public:
  static constexpr std::string_view family = "lsm";

  /// Attached and pinned, so that it goes on when this and every process is gone: Pins::remove_links ends it.
  /// Whether the kernel calls such programs is to be asked first: try_lsm().
  static base::Result<LsmPrograms> start(const Pins& pins);
  LsmPrograms(LsmPrograms&&) noexcept;
  LsmPrograms& operator=(LsmPrograms&&) noexcept;
  ~LsmPrograms();

 private:
  struct Loaded;
  explicit LsmPrograms(std::unique_ptr<Loaded> loaded);
  std::unique_ptr<Loaded> loaded_;
};

}  // namespace doorman::kern

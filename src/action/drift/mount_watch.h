// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/fd.h"
#include "kern/fanotify.h"

namespace doorman::action {

/// Has questions asked for each container's overlay from the moment that the engine mounts it, which is before
/// anything runs there, as far as it is mounted in the host's mount namespace: all engines that run as root do.
class MountWatch {
 public:
  static base::Result<MountWatch> open();

  [[nodiscard]] int descriptor() const { return table_.get(); }  ///< POLLPRI when mounts came or went
  /// Looks at all mounts. One that cannot be watched is not: it may be gone already.
  void refresh(kern::ExecQuestions& questions);

 private:
  explicit MountWatch(base::Fd table) : table_(std::move(table)) {}
  base::Fd table_;
  std::set<std::string> known_;
};

/// Has questions asked for the file systems from which a process can run programs: for whole ones that only its
/// container has, for what is reached through a mount where the host has the file system too. One that cannot be
/// watched, as it is covered or gone again, is not.
void watch_mounts_of(kern::ExecQuestions& questions, std::uint32_t pid);

}  // namespace doorman::action

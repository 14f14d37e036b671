// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace doorman::app {

/// A process beside this one, of which nothing but its complaints is wanted.
struct ChildProcess {
  std::string program;             ///< a path
  std::vector<std::string> words;  ///< from argv[0] on
  int complaints = -1;             ///< the descriptor that its standard error goes to
  bool only_idle = false;          ///< gets only the processor time that nobody else wants (SCHED_IDLE)
};

/// Starts it in a process group of its own, with no signal blocked, this environment, and no other descriptor of
/// this process. Whoever starts it waits for it.
base::Result<pid_t> start_child(ChildProcess child);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "action/drift/gate.h"
#include "base/fd.h"
#include "base/result.h"
#include "kern/drift_programs.h"
#include "kern/fanotify.h"

namespace doorman::action {

/// The gate runs in two processes of its own, so that neither a stopped nor a slow guard holds anybody up: one
/// answers, the other watches it. When questions wait and none is answered, the other answers them; when one of the
/// two ends, the other starts a new one. Both outlive the guard, and go on refusing. A SIGSTOP does not last
/// (kern/keep_running.h).
class GateProcess {
 public:
  /// Nobody waits longer for an answer than three of these and the answer itself.
  static constexpr std::chrono::milliseconds watch{100};

  /// Forks, so it is to be called early: the processes keep the memory that the caller has by then. A gate that an
  /// earlier guard left is ended when this one answers. Only the gate has the questions' descriptor: when both of
  /// its processes are gone, whoever waits goes on.
  static base::Result<GateProcess> start(kern::ExecQuestions questions, const kern::DriftPrograms& programs);

  /// Has the file systems watched from which that process can run programs, beside the overlays of the host's mount
  /// namespace, which are watched anyway. Done soon after.
  base::Status watch_process(std::uint32_t pid);

  /// Ends the gate that runs, whoever started it. What waits goes on.
  static base::Status stop(const kern::DriftPrograms& programs);
  static bool is_running(const kern::DriftPrograms& programs);

 private:
  explicit GateProcess(base::Fd requests) : requests_(std::move(requests)) {}
  base::Fd requests_;  // a pipe of pids
};

}  // namespace doorman::action

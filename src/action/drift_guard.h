// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kern/pins.h"
#include "model/event_record.h"
#include "model/guard_record.h"
#include "model/process.h"

namespace doorman::action {

/// Keeps programs that are not the image's from running, in the containers whose mode says so. The kernel side
/// judges each execution (bpf/drift.h) and kills; where a gate stands before it (action/drift/gate_process.h), what
/// is opened for execution is refused with EPERM instead, and a file that was only re-permissioned is let through.
/// Where the kernel calls BPF programs of LSM hooks, its side refuses too, what no gate was asked for
/// (bpf/lsm.bpf.c). All go on without the guard.
///
/// What is done is told by the kernel side's records, of the kind drift, wherever it is done.
///
/// Not held back: `sh FILE` and `python FILE`, which open data and are told; libraries; and, without LSM hooks and
/// once the gate itself is gone too, a script that is named by #!. A file that is put in the place of the one that
/// a dynamic loader was named, between the look and the loader's own open, is loaded.
class DriftGuard {
 public:
  /// Loads what user space asks and tells the kernel with. Nothing is refused yet.
  static base::Result<DriftGuard> start(const kern::Pins& pins);
  DriftGuard(DriftGuard&&) noexcept;
  DriftGuard& operator=(DriftGuard&&) noexcept;
  ~DriftGuard();

  /// Attaches the LSM hooks, where that can be, and starts the gate in place of one that an earlier guard left:
  /// needed once any container's mode is deny or kill, or new ones may get it; costs nothing the second time.
  /// Forks: call it early, and before there are threads.
  base::Status enforce();
  [[nodiscard]] bool is_enforcing() const;
  /// Whether the kernel's own side refuses, too.
  [[nodiscard]] bool has_lsm() const;

  /// Of one container, by its control group. Deny and kill need enforce() for EPERM and for what was
  /// re-permissioned.
  base::Status set_mode(std::uint64_t cgroup, model::DriftMode mode);

  /// What is known of a container only from inside: the file systems beside its root from which programs can be
  /// run, and its root where it was there before the guard. `pid` is any of its processes.
  base::Status add_container(std::uint64_t cgroup, std::uint32_t pid);

  /// The programs that engines put into containers (docker-init, catatonit, tini) and those of binfmt_misc. To be
  /// called again now and then: an upgrade makes them others. Says how many there are.
  std::size_t approve_engine_programs();

  /// A drift record that was only told, as user space knows more of it.
  struct Told {
    const model::EventRecord& record;
    const model::DriftRecord& drift;
    std::uint32_t container_pid = 0;  ///< a process of the container that still lives; 0: none is known
    std::string_view arguments = {};  ///< of the process, each ends with NUL
    std::string_view cwd = {};
  };
  /// Whether it is the image's after all: only re-permissioned, or a loader that was named a file of the image.
  /// When that cannot be found out any more it is not. A file that is found to be the image's is not told again.
  bool is_image_program(const Told& told);

  /// A program was started in a container. Tells what it was given to run as a script, by `#!` or as an argument,
  /// where that is not the image's: as data it is never refused, and where no gate stands nobody else looks at a
  /// script. The file is looked for now, through a process of the container: one that is gone is not told.
  void look_at_script(const model::Process& process);

  /// Ends the gate and the LSM hooks. With `leave_enforcing` they are left alone, as are the other pins either way.
  base::Status stop(bool leave_enforcing);

 private:
  struct State;
  explicit DriftGuard(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace doorman::action

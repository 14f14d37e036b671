// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kern/pins.h"

namespace doorman::kern {

/// One state of one file: with another content it is another one.
struct FileState {
  std::uint64_t inode = 0;
  std::uint64_t ctime = 0;   ///< nanoseconds since 1970
  std::uint32_t device = 0;  ///< of the superblock: major << 20 | minor

  bool operator==(const FileState&) const = default;
};

/// What the kernel says of an open file and of a process that wants to run it.
struct ExecLook {
  FileState file;
  std::uint8_t reason = 0;  ///< why it is not the image's, as model::DriftRecord::Reason; 0: it is
  std::uint8_t mode = 0;    ///< of the process's container, as model::DriftMode
  bool approved = false;
  bool in_container = false;
  bool in_host = false;  ///< in the host's mount namespace: the engine still
  std::uint32_t pid = 0;
  std::uint64_t cgroup = 0, start = 0;
  std::uint32_t uid = 0, gid = 0;
};

/// A process that stands stopped before its program's first instruction, and would not survive to be continued.
struct HeldProcess {
  std::uint32_t pid = 0;
  std::uint64_t cgroup = 0, start = 0;
  std::uint8_t reason = 0;           ///< as ExecLook::reason
  std::chrono::nanoseconds since{};  ///< since boot
};

/// bpf/drift.bpf.c and the maps that it shares with process.bpf.c. Its descriptors are good in a forked process
/// too: all but load() may be called in several processes at once.
class DriftPrograms {
 public:
  static constexpr std::chrono::milliseconds patience{1000};

  /// Loads overlayfs first where it is a module, as its types are needed.
  static base::Result<DriftPrograms> load(const Pins& pins);
  DriftPrograms(DriftPrograms&&) noexcept;
  DriftPrograms& operator=(DriftPrograms&&) noexcept;
  ~DriftPrograms();

  /// Both descriptors are the caller's. A process that is gone, or a file that is none: not_found.
  [[nodiscard]] base::Result<ExecLook> look(int file, int pidfd) const;
  /// The file is the image's, as long as it is in this state; or the engine's, if it comes from elsewhere.
  [[nodiscard]] base::Status approve(const FileState& file) const;

  static constexpr std::uint32_t guard_writer = 2;
  /// Tells a drift record: into the ring that the kernel side writes, so that it is there for whoever guards next.
  /// `writer` 0 or 1: which of the gate's two processes; or guard_writer. A full ring is counted, and no error.
  [[nodiscard]] base::Status tell(std::uint32_t writer, const ExecLook& look, std::uint8_t reason,
                                  std::uint8_t done, std::string_view path) const;

  /// The mode of one control group that is known, and of those below it that are; not_found if it is not known.
  [[nodiscard]] base::Status set_mode(std::uint64_t cgroup, std::uint8_t mode) const;
  /// The overlay that the container's root is, where the kernel has not seen it itself.
  [[nodiscard]] base::Status set_root(std::uint64_t container, std::uint32_t device) const;

  [[nodiscard]] std::vector<HeldProcess> held() const;
  /// True for exactly one of those who take it.
  [[nodiscard]] bool take(std::uint32_t pid) const;
  /// Lets a held process go on, as its tracer for a moment. `denied` where tracing is forbidden (Yama), `not_found`
  /// when it is gone.
  static base::Status release(std::uint32_t pid);
  [[nodiscard]] int wake_descriptor() const;  ///< readable when there may be a new held process
  void drain_wakes() const;

  void beat() const;  ///< the gate is alive
  /// Says how the time since boot and the time since 1970 stand to each other; beat() does so too.
  void set_clock() const;
  void set_gate_process(std::size_t which, std::uint32_t pid, std::uint64_t start) const;
  /// Of the gate that is, or was: pid and start as in /proc/PID/stat; pid 0: none.
  [[nodiscard]] std::pair<std::uint32_t, std::uint64_t> gate_process(std::size_t which) const;

  /// What a forked process that goes on with this needs to keep open.
  [[nodiscard]] std::vector<int> descriptors() const;

 private:
  struct Loaded;
  explicit DriftPrograms(std::unique_ptr<Loaded> loaded);
  std::unique_ptr<Loaded> loaded_;
};

}  // namespace doorman::kern

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "kern/pins.h"
#include "kern/shared_maps.h"
#include "model/kernel_needs.h"

namespace doorman::source::kernel {

struct KernelOptions {
  kern::Settings settings;
  bool pinned = false;  ///< the programs go on when this process ends
};

/// What the kernel tells of this machine, as records of bpf/event.h. Loads and attaches the programs that are
/// needed: those of processes and control groups always, the one of system calls only while a rule asks for any.
/// The rings are pinned with the maps: who starts anew reads on where the one before him ended.
///
/// One thread uses it. Needs root, and a kernel with BTF.
class KernelSource {
 public:
  /// How long records may wait for company before they are read: the reader is woken by the first one, and then
  /// left alone for this long.
  static constexpr std::chrono::milliseconds linger{4};
  /// The most that one read() gives of a ring.
  static constexpr std::size_t most_bytes_of_ring = std::size_t{16} << 20U;

  /// What happens from here on is told. `pins` is borrowed and must outlive the source.
  static base::Result<std::unique_ptr<KernelSource>> start(const kern::Pins& pins, const KernelOptions& options);
  virtual ~KernelSource() = default;
  KernelSource(const KernelSource&) = delete;
  KernelSource& operator=(const KernelSource&) = delete;

  /// Which system calls are told from here on; nothing else than processes with an empty `needs`.
  virtual base::Status want(const model::KernelNeeds& needs) = 0;

  /// Appends records of what is there already: control groups, parents first, then all processes as changes. To be
  /// read once, after start() and before the first read(): so nothing falls between.
  virtual base::Status read_seed(std::string& into) = 0;

  /// Until there are records, at most for `timeout`. False: there are none.
  virtual base::Result<bool> wait(std::chrono::milliseconds timeout) = 0;

  /// Appends what is there, ordered by time as far as the rings have it; each second also what was lost, and the
  /// programs get a sign of life. Says how many bytes were added.
  virtual base::Result<std::size_t> read(std::string& into) = 0;

  /// The maps that say what is in force for whom.
  virtual kern::SharedMaps& maps() = 0;

 protected:
  KernelSource() = default;
};

}  // namespace doorman::source::kernel

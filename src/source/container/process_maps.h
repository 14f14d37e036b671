// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "parse/container/memory_map.h"

namespace doorman::source::container {

/// The files that a process has mapped to run them, as /proc/PID/maps has them, read piece by piece: a process can
/// make tens of thousands of mappings with long names. Holds the process's folder in /proc open: another process
/// that is given the number later is never taken for it.
class ProcessMaps {
 public:
  using Take = std::function<void(const parse::container::MappedFile&)>;

  /// `start` is in nanoseconds since boot. `not_found`: the process that began then is no more.
  static base::Result<ProcessMaps> open(std::uint32_t pid, std::uint64_t start);

  /// Reads so many bytes more, or somewhat above, and gives what they tell; what a call is given lasts no longer
  /// than the call. The number that was read: less than `bytes` when there is no more, or the process has ended.
  std::size_t read(std::size_t bytes, const Take& take);

  /// The file itself, as O_PATH; its name may lead elsewhere by now.
  [[nodiscard]] base::Result<base::Fd> open_file(const parse::container::MappedFile& file) const;
  /// What the process is called below /proc.
  [[nodiscard]] std::string process() const;

 private:
  ProcessMaps(base::Fd folder, base::Fd maps) : folder_(std::move(folder)), maps_(std::move(maps)) {}
  void take_lines(const Take& take);

  base::Fd folder_, maps_;
  std::string text_;          ///< that is not a whole line yet
  bool passes_over_ = false;  ///< the rest of a line that was too long
};

}  // namespace doorman::source::container

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <string_view>

#include "derive/host_baseline.h"
#include "model/process.h"

namespace doorman::app {

/// Whether the host's programs are its packages'. The packages are read aside, as that takes a moment, and again
/// when some were installed; until then nothing is told. Without dpkg nothing ever is.
class HostPrograms {
 public:
  explicit HostPrograms(std::string root = "/");

  /// Why the program is not a package's; nothing when it is, when it was looked at before, or when that is not
  /// known.
  std::optional<derive::HostBaseline::Answer> judge(const model::Process& process);

  /// Reads the packages anew where they have changed: to be called now and then.
  void tick();
  [[nodiscard]] bool is_reading() const { return reading_.valid(); }

 private:
  void begin_reading();

  std::string root_;
  std::uint64_t version_ = 0;
  derive::HostBaseline baseline_;
  std::future<derive::HostBaseline> reading_;
};

}  // namespace doorman::app

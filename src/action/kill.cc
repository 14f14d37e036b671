// SPDX-License-Identifier: Apache-2.0
#include "action/kill.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "base/fd.h"
#include "base/process_start.h"

namespace doorman::action {
namespace {

constexpr std::size_t max_stat_bytes = 4096;
}  // namespace

base::Status kill_process(std::uint32_t pid, std::uint64_t start) {
  const base::Error gone(base::ErrorCode::not_found, fmt::format("process {} is no more", pid));
  // From here on the number cannot become another's unnoticed.
  const base::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process.valid()) return gone;
  const auto stat = base::read_file(fmt::format("/proc/{}/stat", pid), max_stat_bytes);
  const auto ticks = stat.ok() ? base::start_ticks(*stat) : std::nullopt;
  if (!ticks || !base::is_start(*ticks, start)) return gone;
  if (::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0) != 0)
    return base::system_error(fmt::format("kill process {}", pid));
  return {};
}

}  // namespace doorman::action

// SPDX-License-Identifier: Apache-2.0
#include "action/kill.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <string>

#include "base/fd.h"

namespace doorman::action {
namespace {

constexpr std::size_t max_stat_bytes = 4096;
constexpr int start_field = 22;  // proc(5), /proc/PID/stat

/// When it was started, in clock ticks since boot. The name in parentheses may hold anything, more parentheses too.
std::optional<std::uint64_t> start_ticks(std::uint32_t pid) {
  const auto stat = base::read_file(fmt::format("/proc/{}/stat", pid), max_stat_bytes);
  if (!stat.ok()) return std::nullopt;
  std::string_view rest = *stat;
  const std::size_t name_end = rest.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(name_end + 1);
  for (int field = 2; field < start_field; ++field) {
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(space + 1);
  }
  std::uint64_t ticks = 0;
  const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), ticks);
  return parsed.ec == std::errc() ? std::optional(ticks) : std::nullopt;
}

}  // namespace

base::Status kill_process(std::uint32_t pid, std::uint64_t start) {
  const base::Error gone(base::ErrorCode::not_found, fmt::format("process {} is no more", pid));
  // From here on the number cannot become another's unnoticed.
  const base::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process.valid()) return gone;
  const auto ticks_per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  const auto ticks = start_ticks(pid);
  if (!ticks || *ticks != start / (1'000'000'000U / ticks_per_second)) return gone;
  if (::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0) != 0)
    return base::system_error(fmt::format("kill process {}", pid));
  return {};
}

}  // namespace doorman::action

// SPDX-License-Identifier: Apache-2.0
#include "base/process_start.h"

#include <unistd.h>

#include <string>

#include "base/fd.h"
#include "base/text.h"

namespace doorman::base {

std::optional<std::uint64_t> start_ticks(std::string_view stat) {
  constexpr int first_after_name = 3, start_field = 22;
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos || name_end + 2 > stat.size()) return std::nullopt;
  std::string_view rest = stat.substr(name_end + 2);
  for (int field = first_after_name; field < start_field; ++field) {
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(space + 1);
  }
  return to_number(rest.substr(0, rest.find_first_of(" \n")));
}

std::optional<std::uint64_t> process_start(std::uint32_t pid) {
  constexpr std::uint64_t max_stat_bytes = 4096;
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat", max_stat_bytes);
  return stat.ok() ? start_ticks(*stat) : std::nullopt;
}

bool is_start(std::uint64_t ticks, std::uint64_t nanoseconds) {
  const auto each_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return ticks == nanoseconds / (1'000'000'000U / each_second);
}

}  // namespace doorman::base

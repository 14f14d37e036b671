// SPDX-License-Identifier: Apache-2.0
#include "base/process_start.h"

#include <unistd.h>

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

bool is_start(std::uint64_t ticks, std::uint64_t nanoseconds) {
  const auto each_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return ticks == nanoseconds / (1'000'000'000U / each_second);
}

}  // namespace doorman::base

// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/text.h"

namespace doorman::base {
namespace {

constexpr std::uint64_t max_stat_bytes = 4096;
constexpr std::size_t start_after_name = 22 - 3 + 1;  // the first word behind the name is empty

}  // namespace

std::optional<std::uint64_t> process_start(std::uint32_t pid) {
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat", max_stat_bytes);
  if (!stat.ok()) return std::nullopt;
  const std::size_t name_end = stat->rfind(')');  // the name before it may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  const auto words = split(std::string_view(*stat).substr(name_end + 1), ' ');
  return words.size() > start_after_name ? to_number(words[start_after_name]) : std::nullopt;
}

}  // namespace doorman::base

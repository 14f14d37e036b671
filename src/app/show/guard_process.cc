// SPDX-License-Identifier: Apache-2.0
#include "app/show/guard_process.h"

#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "app/cli/parse.h"
#include "base/fd.h"
#include "base/nanoseconds.h"
#include "base/process_start.h"
#include "base/text.h"
#include "kern/pins.h"
#include "store/log_folder.h"
#include "store/log_origin.h"

namespace doorman::app {
namespace {

namespace options = cli::options;

constexpr std::uint64_t max_proc_bytes = 4U << 20U;

std::vector<std::string> texts_of(std::string_view list) {
  std::vector<std::string> texts;
  for (const std::string_view each : base::split(list, '\0')) texts.emplace_back(each);
  if (!texts.empty() && texts.back().empty()) texts.pop_back();
  return texts;
}

std::optional<base::Time> began(std::uint32_t pid) {
  const auto ticks = base::process_start(pid);
  const auto boot = store::read_log_origin();
  const long each_second = ::sysconf(_SC_CLK_TCK);
  if (!ticks || !boot.ok() || each_second <= 0) return std::nullopt;
  const std::chrono::seconds since_boot(*ticks / static_cast<std::uint64_t>(each_second));
  return base::second_of(boot->boot_time) + since_boot;
}

std::uint64_t count_links() {
  std::uint64_t count = 0;
  std::error_code error;
  auto it = std::filesystem::directory_iterator(std::string(kern::Pins::default_folder) + "/links", error);
  for (; !error && it != std::filesystem::directory_iterator(); it.increment(error)) ++count;
  return count;
}

}  // namespace

void add_modes(std::string_view command_line, std::string_view environment, model::HostStatus::Guard& guard) {
  std::vector<std::string> arguments = texts_of(command_line);
  if (arguments.empty()) return;
  arguments.erase(arguments.begin());
  cli::Environment variables;
  for (const std::string& each : texts_of(environment)) {
    const std::size_t equals = each.find('=');
    if (equals != std::string::npos) variables.emplace(each.substr(0, equals), each.substr(equals + 1));
  }
  const auto command = cli::parse_command(
      arguments, variables, [](const std::string& path) { return base::read_file(path, cli::max_config_bytes); });
  if (!command.ok()) return;
  const cli::VerbId verb = command->verb().id;
  if (verb != cli::VerbId::guard && verb != cli::VerbId::up) return;
  guard.drift = command->get(options::drift);
  guard.flows = command->get(options::flows);
  guard.rules = command->get(options::rules);
}

model::HostStatus::Guard read_guard(const std::string& state_folder) {
  model::HostStatus::Guard guard;
  guard.attached = count_links();
  guard.pid = store::log_writer(state_folder).value_or(0);
  if (guard.pid == 0) return guard;
  const std::string folder = "/proc/" + std::to_string(guard.pid);
  guard.since = began(guard.pid);
  const auto command = base::read_file(folder + "/cmdline", max_proc_bytes);
  const auto environment = base::read_file(folder + "/environ", max_proc_bytes);
  if (command.ok() && environment.ok()) add_modes(*command, *environment, guard);
  return guard;
}

}  // namespace doorman::app

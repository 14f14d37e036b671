// SPDX-License-Identifier: Apache-2.0
#include "source/container/maker.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/fd.h"
#include "base/text.h"

namespace doorman::source::container {
namespace {

constexpr std::uint64_t max_command_bytes = 4U << 20U;

}  // namespace

std::optional<Maker> maker_of(const std::string& proc, std::uint32_t process) {
  if (process < 2) return std::nullopt;  // systemd makes groups for others
  const std::string folder = proc + "/" + std::to_string(process);
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0 || status.st_uid != 0) return std::nullopt;
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink((folder + "/cwd").c_str(), target.data(), target.size());
  if (length <= 0 || static_cast<std::size_t>(length) == target.size()) return std::nullopt;
  Maker maker;
  maker.bundle.assign(target.data(), static_cast<std::size_t>(length));
  if (::stat((maker.bundle + "/config.json").c_str(), &status) != 0 || !S_ISREG(status.st_mode))
    return std::nullopt;
  const auto command = base::read_file(folder + "/cmdline", max_command_bytes);
  if (!command.ok()) return std::nullopt;
  auto arguments = base::split(*command, '\0');
  if (!arguments.empty() && arguments.back().empty()) arguments.pop_back();
  if (arguments.size() < 2) return std::nullopt;
  maker.id = arguments.back();
  maker.runtime = arguments.front().substr(arguments.front().rfind('/') + 1);
  return maker;
}

std::string_view runtime_named(std::string_view comm) {
  const std::string_view name = comm.substr(0, comm.find(':'));
  constexpr std::array<std::string_view, 4> runtimes{"runc", "crun", "youki", "runsc"};
  const auto* const found = std::ranges::find(runtimes, name);
  return found == runtimes.end() ? std::string_view() : *found;
}

}  // namespace doorman::source::container

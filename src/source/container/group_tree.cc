// SPDX-License-Identifier: Apache-2.0
#include "source/container/group_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/fd.h"
#include "base/text.h"

namespace doorman::source::container {
namespace {

using base::Result;
using base::Status;
using Each = std::function<void(const RunningContainer::Group&)>;

constexpr std::uint64_t max_events_bytes = 1U << 16U, max_procs_bytes = 16U << 20U;

std::vector<std::string> folders_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    std::error_code ignored;
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored))
      names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

// Recursion ends at max_group_depth.
void walk(const std::string& mount, const std::string& path, std::size_t depth,  // NOLINT(misc-no-recursion)
          std::size_t& left, const Each& each) {
  if (depth >= ContainerFinder::max_group_depth) return;
  for (const std::string& name : folders_in(mount + path)) {
    if (left == 0) return;
    --left;
    RunningContainer::Group group{path + "/" + name};
    struct stat status{};
    if (::stat((mount + group.path).c_str(), &status) != 0) continue;
    group.id = status.st_ino;
    each(group);
    walk(mount, group.path, depth + 1, left, each);
  }
}

// Recursion ends at max_group_depth.
std::optional<std::uint32_t> first_process_in(const std::string& folder,
                                              std::size_t depth) {  // NOLINT(misc-no-recursion)
  const auto processes = base::read_file(folder + "/cgroup.procs", max_procs_bytes);
  if (processes.ok()) {
    const auto number = base::to_number(std::string_view(*processes).substr(0, processes->find('\n')));
    if (number && *number != 0 && *number <= 0xffffffffU) return static_cast<std::uint32_t>(*number);
  }
  if (depth >= ContainerFinder::max_group_depth || !has_processes(folder)) return std::nullopt;
  for (const std::string& name : folders_in(folder)) {
    if (const auto found = first_process_in(folder + "/" + name, depth + 1)) return found;
  }
  return std::nullopt;
}

}  // namespace

Status walk_groups(const std::string& mount, const Each& each) {
  struct stat status{};
  if (::stat(mount.c_str(), &status) != 0) return base::system_error(mount);
  std::size_t left = ContainerFinder::max_groups;
  walk(mount, "", 0, left, each);
  return {};
}

bool has_processes(const std::string& folder) {
  const auto events = base::read_file(folder + "/cgroup.events", max_events_bytes);
  return events.ok() && events->find("populated 1") != events->npos;
}

Result<std::optional<std::uint32_t>> first_process(const std::string& folder) {
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) return base::system_error(folder);
  return first_process_in(folder, 0);
}

}  // namespace doorman::source::container

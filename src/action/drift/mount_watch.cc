// SPDX-License-Identifier: Apache-2.0
#include "action/drift/mount_watch.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "action/drift/mounts.h"

namespace doorman::action {
namespace {

bool can_run_programs(const Mount& mount) {
  static const std::set<std::string_view> without = {
      "proc",       "sysfs",  "cgroup",   "cgroup2",  "devpts",  "mqueue", "bpf",         "tracefs", "debugfs",
      "securityfs", "pstore", "configfs", "devtmpfs", "fusectl", "autofs", "binfmt_misc", "nsfs"};
  return !mount.has_option("noexec") && !without.contains(mount.type);
}

}  // namespace

base::Result<MountWatch> MountWatch::open() {
  DOORMAN_TRY(base::Fd table, base::open_read("/proc/self/mountinfo"));
  return MountWatch(std::move(table));
}

void MountWatch::refresh(kern::ExecQuestions& questions) {
  const auto mounts = read_mounts("self");
  if (!mounts.ok()) return;
  std::set<std::string> present;
  for (const Mount& mount : *mounts) {
    if (mount.type != "overlay" || mount.super.find("upperdir=") == std::string::npos) continue;
    // Numbers are used again, folders hardly ever.
    std::string name = fmt::format("{} {} {}", mount.id, mount.device, mount.super);
    if (!known_.contains(name)) {
      const auto place = open_mount(mount, mount.point);
      if (!place.ok() || !questions.watch_file_system(*place).ok()) continue;
    }
    present.insert(std::move(name));
  }
  known_ = std::move(present);
}

void watch_mounts_of(kern::ExecQuestions& questions, std::uint32_t pid) {
  const std::string process = std::to_string(pid);
  const auto mounts = read_mounts(process);
  const auto host_mounts = read_mounts("self");
  if (!mounts.ok() || !host_mounts.ok()) return;
  std::set<std::uint32_t> of_host;
  for (const Mount& mount : *host_mounts) {
    if (mount.type != "overlay") of_host.insert(mount.device);
  }
  for (const Mount& mount : *mounts) {
    if (!can_run_programs(mount)) continue;
    const auto place = open_mount(mount, "/proc/" + process + "/root" + mount.point);
    if (!place.ok()) continue;
    (void)(of_host.contains(mount.device) ? questions.watch_mount(*place) : questions.watch_file_system(*place));
  }
}

}  // namespace doorman::action

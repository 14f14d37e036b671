// SPDX-License-Identifier: Apache-2.0
#include "kern/shared_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <numeric>

#include "bpf/maps.h"

namespace doorman::kern {
namespace {

using base::Result;
using base::Status;

static_assert(static_cast<int>(DriftMode::kill) == DOORMAN_DRIFT_KILL);
static_assert(static_cast<int>(FlowMode::protect) == DOORMAN_FLOW_PROTECT);

Result<base::Fd> open_map(const Pins& pins, const std::string& name) {
  const std::string path = pins.folder() + '/' + name;
  base::Fd map(bpf_obj_get(path.c_str()));
  if (!map.valid()) return base::system_error(path);
  return map;
}

std::uint64_t since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  constexpr std::uint64_t second = 1'000'000'000;
  return static_cast<std::uint64_t>(now.tv_sec) * second + static_cast<std::uint64_t>(now.tv_nsec);
}

/// Of the host, or, where the first process is not ours to look at, of the guard itself.
std::uint32_t host_namespace(const std::string& kind) {
  struct stat status{};
  if (::stat(("/proc/1/ns/" + kind).c_str(), &status) == 0) return static_cast<std::uint32_t>(status.st_ino);
  return ::stat(("/proc/self/ns/" + kind).c_str(), &status) == 0 ? static_cast<std::uint32_t>(status.st_ino) : 0;
}

Status update(const base::Fd& map, const void* key, const void* value, std::string_view what) {
  if (bpf_map_update_elem(map.get(), key, value, BPF_ANY) != 0) return base::system_error(what);
  return {};
}

WatchedGroup group_of(const doorman_container& raw) {
  return {raw.root,
          raw.made,
          raw.flow_policy,
          static_cast<DriftMode>(raw.drift),
          static_cast<FlowMode>(raw.flows),
          raw.confirmed != 0};
}

}  // namespace

Result<SharedMaps> SharedMaps::open(const Pins& pins) {
  SharedMaps maps;
  DOORMAN_TRY(maps.containers_, open_map(pins, "containers"));
  DOORMAN_TRY(maps.control_, open_map(pins, "control"));
  DOORMAN_TRY(maps.lost_, open_map(pins, "lost"));
  return maps;
}

Status SharedMaps::set(const Settings& settings) {
  doorman_control raw{};
  raw.heartbeat = since_boot();
  raw.patience = static_cast<std::uint64_t>(settings.patience.count());
  raw.host_mnt_ns = host_namespace("mnt");
  raw.host_pid_ns = host_namespace("pid");
  raw.guard_pid = static_cast<std::uint32_t>(::getpid());
  raw.drift = static_cast<std::uint8_t>(settings.drift);
  raw.flows = static_cast<std::uint8_t>(settings.flows);
  raw.environment = settings.environment ? 1 : 0;
  const std::uint32_t zero = 0;
  return update(control_, &zero, &raw, "control");
}

Status SharedMaps::beat() {
  const std::uint32_t zero = 0;
  doorman_control raw{};
  if (bpf_map_lookup_elem(control_.get(), &zero, &raw) != 0) return base::system_error("control");
  raw.heartbeat = since_boot();
  return update(control_, &zero, &raw, "control");
}

Result<std::optional<WatchedGroup>> SharedMaps::find(std::uint64_t cgroup) const {
  doorman_container raw{};
  if (bpf_map_lookup_elem(containers_.get(), &cgroup, &raw) == 0) return std::optional(group_of(raw));
  if (errno == ENOENT) return std::optional<WatchedGroup>();
  return base::system_error("containers");
}

Status SharedMaps::put(std::uint64_t cgroup, const WatchedGroup& group) {
  doorman_container raw{};
  raw.root = group.root;
  raw.made = group.made;
  raw.flow_policy = group.flow_policy;
  raw.drift = static_cast<std::uint8_t>(group.drift);
  raw.flows = static_cast<std::uint8_t>(group.flows);
  raw.confirmed = group.confirmed ? 1 : 0;
  return update(containers_, &cgroup, &raw, "containers");
}

Status SharedMaps::remove(std::uint64_t cgroup) {
  if (bpf_map_delete_elem(containers_.get(), &cgroup) != 0 && errno != ENOENT) {
    return base::system_error("containers");
  }
  return {};
}

Result<std::vector<std::pair<std::uint64_t, WatchedGroup>>> SharedMaps::groups() const {
  std::vector<std::pair<std::uint64_t, WatchedGroup>> found;
  std::uint64_t key = 0;
  const std::uint64_t* last = nullptr;
  while (found.size() < DOORMAN_MAX_CONTAINERS && bpf_map_get_next_key(containers_.get(), last, &key) == 0) {
    doorman_container raw{};
    if (bpf_map_lookup_elem(containers_.get(), &key, &raw) == 0) found.emplace_back(key, group_of(raw));
    last = &key;
  }
  return found;
}

Result<std::vector<Loss>> SharedMaps::take_losses() {
  const int processors = libbpf_num_possible_cpus();
  if (processors <= 0) return base::Error(base::ErrorCode::io, "number of processors");
  std::vector<doorman_lost_key> keys;
  doorman_lost_key key{};
  const doorman_lost_key* last = nullptr;
  while (keys.size() < DOORMAN_MAX_LOST && bpf_map_get_next_key(lost_.get(), last, &key) == 0) {
    keys.push_back(key);
    last = &key;
  }
  std::vector<Loss> losses;
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(processors));
  for (const doorman_lost_key& each : keys) {
    if (bpf_map_lookup_and_delete_elem(lost_.get(), &each, counts.data()) != 0) continue;  // forgotten for others
    const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    losses.push_back({each.cgroup, static_cast<LossCause>(each.cause), total});
  }
  return losses;
}

}  // namespace doorman::kern

// SPDX-License-Identifier: Apache-2.0
#include "kern/drift_programs.h"

#include <bpf/bpf.h>
#include <signal.h>
#include <skeletons/drift.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/fd.h"
#include "bpf/event.h"
#include "bpf/maps.h"
#include "kern/ring.h"
#include "kern/skeleton.h"

namespace doorman::kern {
namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

constexpr std::string_view family = "drift";
constexpr int release_tries = 4000;
constexpr useconds_t release_pause = 50;

std::uint64_t nanoseconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

/// A file system that is a module has no types until it is loaded; asking for it loads it.
void load_overlayfs() {
  const base::Fd context(static_cast<int>(::syscall(SYS_fsopen, "overlay", 1U /* FSOPEN_CLOEXEC */)));
}

/// The entry of `drift_gate`, shared with the kernel.
class GateEntry {
 public:
  static base::Result<GateEntry> map(int fd) {
    void* const memory = ::mmap(nullptr, page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) return base::system_error("map drift_gate");
    return GateEntry(static_cast<doorman_drift_gate*>(memory));
  }
  GateEntry(GateEntry&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
  GateEntry& operator=(GateEntry&&) = delete;
  ~GateEntry() {
    if (entry_ != nullptr) ::munmap(entry_, page());
  }
  doorman_drift_gate* operator->() const { return entry_; }

 private:
  explicit GateEntry(doorman_drift_gate* entry) : entry_(entry) {}
  static std::size_t page() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }
  doorman_drift_gate* entry_;
};

doorman_drift_file key_of(const FileState& file) {
  return {.inode = file.inode, .ctime = file.ctime, .device = file.device, .reserved = 0};
}

Status run(int program, void* context, std::size_t size) {
  bpf_test_run_opts options{};
  options.sz = sizeof options;
  options.ctx_in = context;  // where the answer is put, too
  options.ctx_size_in = static_cast<std::uint32_t>(size);
  if (bpf_prog_test_run_opts(program, &options) != 0) return base::system_error("ask the kernel");
  return {};
}

}  // namespace

struct DriftPrograms::Loaded {
  Skeleton<drift_bpf> skeleton;
  GateEntry gate;
  Ring wakes;

  int map(const bpf_map* map) const { return bpf_map__fd(map); }
};

DriftPrograms::DriftPrograms(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
DriftPrograms::DriftPrograms(DriftPrograms&&) noexcept = default;
DriftPrograms& DriftPrograms::operator=(DriftPrograms&&) noexcept = default;
DriftPrograms::~DriftPrograms() = default;

base::Result<DriftPrograms> DriftPrograms::load(const Pins& pins) {
  load_overlayfs();
  DOORMAN_TRY(auto skeleton, Skeleton<drift_bpf>::open(family, pins));
  DOORMAN_CHECK(skeleton.load());
  DOORMAN_TRY(auto gate, GateEntry::map(bpf_map__fd(skeleton->maps.drift_gate)));
  DOORMAN_TRY(auto wakes, Ring::open(bpf_map__fd(skeleton->maps.drift_wake)));
  gate->patience = static_cast<std::uint64_t>(std::chrono::nanoseconds(patience).count());
  DriftPrograms programs(std::make_unique<Loaded>(Loaded{std::move(skeleton), std::move(gate), std::move(wakes)}));
  programs.set_clock();
  return programs;
}

base::Result<ExecLook> DriftPrograms::look(int file, int pidfd) const {
  doorman_drift_look look{};
  look.fd = file;
  look.pidfd = pidfd;
  DOORMAN_CHECK(run(bpf_program__fd(loaded_->skeleton->progs.drift_look), &look, sizeof look));
  if (look.found == 0) return Error(ErrorCode::not_found, "the kernel does not know the file or the process");
  return ExecLook{.file = {.inode = look.file.inode, .ctime = look.file.ctime, .device = look.file.device},
                  .reason = look.reason,
                  .mode = look.mode,
                  .approved = look.approved != 0,
                  .in_container = look.root != 0,
                  .in_host = look.in_host != 0,
                  .pid = look.pid,
                  .cgroup = look.cgroup,
                  .start = look.start,
                  .uid = look.uid,
                  .gid = look.gid};
}

Status DriftPrograms::approve(const FileState& file) const {
  const doorman_drift_file key = key_of(file);
  const std::uint8_t yes = 1;
  if (bpf_map_update_elem(loaded_->map(loaded_->skeleton->maps.approved), &key, &yes, BPF_ANY) != 0) {
    return base::system_error("approve a file");
  }
  return {};
}

Status DriftPrograms::tell(std::uint32_t writer, const ExecLook& look, std::uint8_t reason, std::uint8_t done,
                           std::string_view path) const {
  auto say = std::make_unique<doorman_drift_say>();
  doorman_drift_look& known = say->look;
  known.file = key_of(look.file);
  known.cgroup = look.cgroup;
  known.start = look.start;
  known.pid = look.pid;
  known.uid = look.uid;
  known.gid = look.gid;
  known.mode = look.mode;
  say->reason = reason;
  say->done = done;
  path = path.substr(0, sizeof say->path);
  say->path_bytes = static_cast<std::uint16_t>(path.size());
  std::memcpy(say->path, path.data(), path.size());
  if (bpf_map_update_elem(loaded_->map(loaded_->skeleton->maps.drift_say), &writer, say.get(), BPF_ANY) != 0) {
    return base::system_error("tell of a program");
  }
  return run(bpf_program__fd(loaded_->skeleton->progs.drift_tell), &writer, sizeof writer);
}

Status DriftPrograms::set_mode(std::uint64_t cgroup, std::uint8_t mode) const {
  const int map = loaded_->map(loaded_->skeleton->maps.containers);
  bool found = false;
  std::uint64_t key = 0, next = 0;
  for (const std::uint64_t* at = nullptr; bpf_map_get_next_key(map, at, &next) == 0; at = &key) {
    key = next;
    doorman_container container{};
    if (bpf_map_lookup_elem(map, &key, &container) != 0) continue;
    if (key != cgroup && container.root != cgroup) continue;
    container.drift = mode;
    found |= bpf_map_update_elem(map, &key, &container, BPF_EXIST) == 0;
  }
  if (!found) return Error(ErrorCode::not_found, "a control group that no container is known to have");
  return {};
}

Status DriftPrograms::set_root(std::uint64_t container, std::uint32_t device) const {
  const doorman_drift_root root{.device = device, .overlay = 1};
  const int map = loaded_->map(loaded_->skeleton->maps.drift_roots);
  if (bpf_map_update_elem(map, &container, &root, BPF_NOEXIST) != 0 && errno != EEXIST) {
    return base::system_error("a container's root");
  }
  return {};
}

std::vector<HeldProcess> DriftPrograms::held() const {
  std::vector<HeldProcess> found;
  const int map = loaded_->map(loaded_->skeleton->maps.drift_held);
  std::uint32_t key = 0, next = 0;
  const std::uint32_t* at = nullptr;
  while (found.size() < DOORMAN_MAX_HELD && bpf_map_get_next_key(map, at, &next) == 0) {
    key = next;
    at = &key;
    doorman_drift_held held{};
    if (bpf_map_lookup_elem(map, &key, &held) != 0) continue;
    found.push_back({.pid = key,
                     .cgroup = held.cgroup,
                     .start = held.start,
                     .reason = held.reason,
                     .since = std::chrono::nanoseconds(held.since)});
  }
  return found;
}

bool DriftPrograms::take(std::uint32_t pid) const {
  return bpf_map_delete_elem(loaded_->map(loaded_->skeleton->maps.drift_held), &pid) == 0;
}

Status DriftPrograms::release(std::uint32_t pid) {
  const auto process = static_cast<pid_t>(pid);
  if (::ptrace(PTRACE_SEIZE, process, nullptr, nullptr) != 0) return base::system_error("trace a held process");
  ::kill(process, SIGCONT);
  // It stops for each signal that it would be given, and for having been stopped.
  for (int tries = 0; tries < release_tries; ++tries) {
    int status = 0;
    const pid_t got = ::waitpid(process, &status, __WALL | WNOHANG);
    if (got < 0 || (got > 0 && !WIFSTOPPED(status))) return Error(ErrorCode::not_found, "a held process is gone");
    if (got == 0) {
      ::usleep(release_pause);
      continue;
    }
    const bool is_signal = status >> 16 == 0;
    if (is_signal && WSTOPSIG(status) == DOORMAN_DRIFT_SIGNAL) {
      if (::ptrace(PTRACE_DETACH, process, nullptr, nullptr) != 0) return base::system_error("let a process go on");
      return {};
    }
    // Neither SIGSTOP nor SIGCONT is passed on; another signal is the process's own.
    const int signal = WSTOPSIG(status);
    const bool of_ours = !is_signal || signal == SIGSTOP || signal == SIGCONT;
    ::ptrace(PTRACE_CONT, process, nullptr, of_ours ? 0L : static_cast<long>(signal));
  }
  ::ptrace(PTRACE_DETACH, process, nullptr, nullptr);
  return Error(ErrorCode::io, "a held process does not go on");
}

int DriftPrograms::wake_descriptor() const { return loaded_->wakes.fd(); }

void DriftPrograms::drain_wakes() const {
  std::string ignored;
  loaded_->wakes.read(ignored, SIZE_MAX);
}

void DriftPrograms::set_clock() const {
  const std::uint64_t offset = nanoseconds_of(CLOCK_REALTIME) - nanoseconds_of(CLOCK_BOOTTIME);
  __atomic_store_n(&loaded_->gate->wall_clock, offset, __ATOMIC_RELAXED);
}

void DriftPrograms::beat() const {
  set_clock();
  __atomic_store_n(&loaded_->gate->heartbeat, nanoseconds_of(CLOCK_BOOTTIME), __ATOMIC_RELAXED);
}

void DriftPrograms::set_gate_process(std::size_t which, std::uint32_t pid, std::uint64_t start) const {
  doorman_drift_gate& gate = *loaded_->gate.operator->();
  gate.start[which & 1U] = start;  // NOLINT(*-constant-array-index)
  gate.pid[which & 1U] = pid;      // NOLINT(*-constant-array-index)
}

std::pair<std::uint32_t, std::uint64_t> DriftPrograms::gate_process(std::size_t which) const {
  const doorman_drift_gate& gate = *loaded_->gate.operator->();
  return {gate.pid[which & 1U], gate.start[which & 1U]};  // NOLINT(*-constant-array-index)
}

std::vector<int> DriftPrograms::descriptors() const {
  const auto& maps = loaded_->skeleton->maps;
  const auto& programs = loaded_->skeleton->progs;
  std::vector<int> all = {bpf_program__fd(programs.drift_look), bpf_program__fd(programs.drift_tell),
                          loaded_->wakes.fd()};
  for (const bpf_map* map : {maps.approved, maps.drift_held, maps.drift_say, maps.containers}) {
    all.push_back(bpf_map__fd(map));
  }
  return all;
}

}  // namespace doorman::kern

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "../bpf/event.h"
#include "kernel_test.h"
#include "scratch.h"

namespace doorman::tests {

/// What a container is to the kernel, without an engine: a control group, a mount namespace of its own, and a root:
/// an overlay whose lower folder is this machine's /usr, or a plain file system with busybox alone. Needs root.
class SmallContainer {
 public:
  enum class Root { overlay, plain };
  struct Outcome {
    int status = 0;  ///< as a shell tells it: 126, 128 + signal
    std::string output;
  };

  explicit SmallContainer(Root kind = Root::overlay) {
    static int count = 0;
    group_ = fmt::format("{}/doorman-test-{}-{}", unified_root(), ::getpid(), count++);
    check(::mkdir(group_.c_str(), 0755), group_);
    if (::unshare(CLONE_NEWNS) != 0) throw std::runtime_error("unshare");
    check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "private");
    const std::string base = scratch_.path().string();
    check(::mount("tmpfs", base.c_str(), "tmpfs", 0, nullptr), base);
    if (kind == Root::plain) {
      std::filesystem::create_directories(base + "/merged/bin");
      std::filesystem::create_directories(base + "/merged/proc");
      std::filesystem::copy("/usr/bin/busybox", base + "/merged/bin/busybox");
      for (const char* applet : {"/sh", "/cp", "/true"}) {
        std::filesystem::create_symlink("busybox", base + "/merged/bin" + applet);
      }
      check(::mount(root().c_str(), root().c_str(), nullptr, MS_BIND, nullptr), root());
      return;
    }
    for (const char* folder :
         {"/upper", "/work", "/merged", "/upper/proc", "/upper/mnt", "/upper/tmp", "/upper/dev"}) {
      std::filesystem::create_directories(base + folder);
    }
    const std::string options = fmt::format("lowerdir=/usr,upperdir={0}/upper,workdir={0}/work", base);
    check(::mount("overlay", root().c_str(), "overlay", 0, options.c_str()), options);
  }
  SmallContainer(const SmallContainer&) = delete;
  SmallContainer& operator=(const SmallContainer&) = delete;
  ~SmallContainer() {
    ::umount2(root().c_str(), MNT_DETACH);
    ::umount2(scratch_.path().c_str(), MNT_DETACH);
    for (int tries = 0; ::rmdir(group_.c_str()) != 0 && tries < 100; ++tries) ::usleep(10'000);
  }

  [[nodiscard]] std::string root() const { return scratch_.path().string() + "/merged"; }
  [[nodiscard]] std::uint64_t cgroup() const {
    struct stat status{};
    check(::stat(group_.c_str(), &status), group_);
    return status.st_ino;
  }

  /// Starts `sh -c script` inside; `output` is where it writes.
  [[nodiscard]] pid_t start(const std::string& script, int output) const {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    try {
      enter();
    } catch (const std::exception&) {
      ::_exit(99);
    }
    ::dup2(output, 1);
    ::dup2(output, 2);
    ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
    ::_exit(98);
  }

  [[nodiscard]] Outcome run(const std::string& script) const {
    int ends[2];  // NOLINT(*-avoid-c-arrays)
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    const pid_t pid = start(script, ends[1]);
    ::close(ends[1]);
    Outcome outcome;
    char part[4096];  // NOLINT(*-avoid-c-arrays)
    for (ssize_t got = 0; (got = ::read(ends[0], part, sizeof part)) > 0;) {
      outcome.output.append(part, static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    outcome.status = wait_for(pid);
    return outcome;
  }

  static int wait_for(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  static void check(int result, const std::string& what) {
    if (result < 0) throw std::runtime_error(what + ": " + std::strerror(errno));
  }

  void enter() const {
    std::ofstream(group_ + "/cgroup.procs") << ::getpid() << std::flush;
    check(::unshare(CLONE_NEWNS), "unshare");
    check(::chdir(root().c_str()), root());
    check(static_cast<int>(::syscall(SYS_pivot_root, ".", ".")), "pivot_root");
    check(::umount2(".", MNT_DETACH), "umount");
    check(::chdir("/"), "/");
    check(::mount("proc", "/proc", "proc", 0, nullptr), "/proc");
    ::setenv("PATH", "/bin:/sbin", 1);
    ::setenv("PYTHONHOME", "/", 1);
  }

  ScratchFolder scratch_;
  std::string group_;
};

/// The drift records among a ring's bytes.
struct DriftTold {
  std::uint32_t pid;
  std::uint64_t cgroup;
  doorman_drift drift;
  std::string path;
};
inline std::vector<DriftTold> drift_records(std::string_view bytes) {
  std::vector<DriftTold> found;
  while (bytes.size() >= sizeof(doorman_event_header)) {
    doorman_event_header header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.size == 0 || header.size > bytes.size()) break;
    if (header.kind == DOORMAN_RECORD_DRIFT) {
      std::uint16_t lengths[DOORMAN_SLOT_DRIFT + 1];  // NOLINT(*-avoid-c-arrays)
      std::size_t at = sizeof header + sizeof(doorman_event_object);
      std::memcpy(lengths, bytes.data() + at, sizeof lengths);
      at += sizeof lengths;
      DriftTold told{.pid = header.pid, .cgroup = header.cgroup, .drift = {}, .path = {}};
      for (std::size_t slot = 0; slot <= DOORMAN_SLOT_DRIFT; ++slot) {
        if (lengths[slot] == DOORMAN_SLOT_ABSENT) continue;
        if (slot == DOORMAN_DRIFT_PATH) told.path = std::string(bytes.substr(at, lengths[slot]));
        if (slot == DOORMAN_SLOT_DRIFT) std::memcpy(&told.drift, bytes.data() + at, sizeof told.drift);
        at += lengths[slot];
      }
      found.push_back(std::move(told));
    }
    bytes.remove_prefix(header.size);
  }
  return found;
}

}  // namespace doorman::tests

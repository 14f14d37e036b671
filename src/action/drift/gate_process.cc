// SPDX-License-Identifier: Apache-2.0
#include "action/drift/gate_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "action/drift/mount_watch.h"
#include "base/fd.h"
#include "base/process_start.h"
#include "kern/keep_running.h"

namespace doorman::action {
namespace {

using base::Fd;
using base::Status;
using std::chrono::milliseconds;

constexpr milliseconds stop_lasts_at_most{200};

volatile std::sig_atomic_t told_to_leave = 0;
void on_terminate(int /*signal*/) { told_to_leave = 1; }

Fd open_pidfd(pid_t pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

/// 0: it is gone.
std::uint64_t start_of(std::uint32_t pid) { return base::process_start(pid).value_or(0); }

bool is_readable(int descriptor, milliseconds timeout) {
  pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&wanted, 1, static_cast<int>(timeout.count())) > 0;
}

/// Closes all but these, so that no lock, socket or terminal of the guard outlives it here.
void keep_only(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned from = 3;
  for (const int descriptor : kept) {
    const auto number = static_cast<unsigned>(descriptor);
    if (number < from) continue;
    if (number > from) ::close_range(from, number - 1, 0);
    from = number + 1;
  }
  ::close_range(from, ~0U, 0);
  const int nothing = ::open("/dev/null", O_RDWR);
  if (nothing < 0) return;
  for (int standard = 0; standard < 3; ++standard) ::dup2(nothing, standard);
  if (nothing > 2) ::close(nothing);
}

void set_up_signals() {
  struct sigaction action{};
  action.sa_handler = on_terminate;
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  for (const int ignored : {SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2})
    ::sigaction(ignored, &action, nullptr);
  action.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// One of the two processes.
class Member {
 public:
  Member(kern::ExecQuestions& questions, const kern::DriftPrograms& programs, GateProgress& progress, Fd requests)
      : questions_(questions), programs_(programs), progress_(progress), requests_(std::move(requests)) {}

  /// In a forked process, as the one that answers. Never returns.
  [[noreturn]] void run_first(Fd ready) {
    settle(0, ready.get());
    start_other();
    answer(std::move(ready));
  }

 private:
  void settle(std::uint32_t number, int also_kept = -1) {
    number_ = number;
    set_up_signals();
    ::prctl(PR_SET_NAME, "doorman-gate");
    std::vector<int> kept = programs_.descriptors();
    kept.push_back(questions_.descriptor());
    kept.push_back(requests_.get());
    if (other_.valid()) kept.push_back(other_.get());
    if (also_kept >= 0) kept.push_back(also_kept);
    keep_only(std::move(kept));
    ::setpriority(PRIO_PROCESS, 0, -10);
    auto running = kern::KeepRunning::start(stop_lasts_at_most);
    if (running.ok()) running_.emplace(std::move(running).value());
    const auto pid = static_cast<std::uint32_t>(::getpid());
    programs_.set_gate_process(number_, pid, start_of(pid));
  }

  bool is_leaving() {
    if (told_to_leave != 0) progress_.leaving = true;
    return progress_.leaving;
  }

  [[noreturn]] void leave() {
    questions_.release_all();
    // A later gate may have taken the place already.
    const auto self = static_cast<std::uint32_t>(::getpid());
    if (programs_.gate_process(number_).first == self) programs_.set_gate_process(number_, 0, 0);
    ::_exit(0);
  }

  /// The process that watches this one.
  void start_other() {
    const Fd self = open_pidfd(::getpid());
    const pid_t pid = ::fork();
    if (pid == 0) {
      running_.reset();  // no timer is inherited
      other_ = Fd(::fcntl(self.get(), F_DUPFD_CLOEXEC, 3));
      settle(1 - number_);
      stand_by();
    }
    other_ = pid > 0 ? open_pidfd(pid) : Fd();
  }

  void renew_other() {
    questions_.release_all();  // what it had not answered
    while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
    start_other();
  }

  /// Says so at `ready` when everything that is there is watched.
  [[noreturn]] void answer(Fd ready) {
    Gate gate(questions_, programs_, progress_, number_);
    auto mounts = MountWatch::open();
    if (mounts.ok()) mounts->refresh(questions_);
    if (ready.valid() && ::write(ready.get(), "y", 1) != 1) leave();
    ready = Fd();
    std::array<pollfd, 5> wanted{};
    wanted[0] = {.fd = questions_.descriptor(), .events = POLLIN, .revents = 0};
    wanted[1] = {.fd = programs_.wake_descriptor(), .events = POLLIN, .revents = 0};
    wanted[2] = {.fd = mounts.ok() ? mounts->descriptor() : -1, .events = POLLPRI, .revents = 0};
    wanted[4] = {.fd = requests_.get(), .events = POLLIN, .revents = 0};
    while (!is_leaving()) {
      wanted[3] = {.fd = other_.get(), .events = POLLIN, .revents = 0};
      programs_.beat();
      ++progress_.members.at(number_).steps;
      if (::poll(wanted.data(), wanted.size(), static_cast<int>(gate.due().count())) < 0 && errno != EINTR) leave();
      if ((wanted[1].revents & POLLIN) != 0) programs_.drain_wakes();
      gate.serve();
      if ((wanted[2].revents & (POLLPRI | POLLERR)) != 0) mounts->refresh(questions_);
      if ((wanted[4].revents & POLLIN) != 0) serve_request();
      if ((wanted[4].revents & POLLHUP) != 0 && (wanted[4].revents & POLLIN) == 0)
        wanted[4].fd = -1;  // no guard any more
      if (((wanted[3].revents & POLLIN) != 0 || !other_.valid()) && !is_leaving()) renew_other();
    }
    leave();
  }

  void serve_request() {
    std::uint32_t pid = 0;
    if (::read(requests_.get(), &pid, sizeof pid) == sizeof pid) watch_mounts_of(questions_, pid);
  }

  /// Watches the other one, and answers for it while it does not.
  [[noreturn]] void stand_by() {
    Gate gate(questions_, programs_, progress_, number_);
    const GateProgress::Member& other = progress_.members.at(1 - number_);
    std::array<pollfd, 3> wanted{};
    wanted[0] = {.fd = other_.get(), .events = POLLIN, .revents = 0};
    std::uint64_t steps = other.steps, answers = other.answers;
    bool waited = false, helping = false;
    auto next_look = std::chrono::steady_clock::now() + GateProcess::watch;
    while (!is_leaving()) {
      wanted[1] = {.fd = helping ? questions_.descriptor() : -1, .events = POLLIN, .revents = 0};
      wanted[2] = {.fd = helping ? programs_.wake_descriptor() : -1, .events = POLLIN, .revents = 0};
      const milliseconds timeout = gate.has_waiting() ? gate.due() : GateProcess::watch;
      ::poll(wanted.data(), wanted.size(), static_cast<int>(timeout.count()));
      if ((wanted[0].revents & POLLIN) != 0) take_over();
      if ((wanted[2].revents & POLLIN) != 0) programs_.drain_wakes();
      if (std::chrono::steady_clock::now() >= next_look) {
        next_look = std::chrono::steady_clock::now() + GateProcess::watch;
        const bool waits = is_readable(questions_.descriptor(), milliseconds(0)) || !programs_.held().empty();
        const bool stuck = other.busy && other.steps == steps;
        if (stuck) questions_.release_all();
        helping = stuck || (waited && waits && other.answers == answers) ||
                  (helping && other.answers == answers && (other.busy || other.steps == steps));
        steps = other.steps;
        answers = other.answers;
        waited = waits;
      }
      if (helping || gate.has_waiting()) gate.serve();
    }
    leave();
  }

  /// The other one is gone, and whatever it had not answered waits.
  [[noreturn]] void take_over() {
    if (is_leaving()) leave();
    questions_.release_all();
    progress_.members.at(1 - number_).busy = false;
    start_other();
    answer(Fd());
  }

  kern::ExecQuestions& questions_;
  const kern::DriftPrograms& programs_;
  GateProgress& progress_;
  Fd requests_;
  std::uint32_t number_ = 0;
  Fd other_;
  std::optional<kern::KeepRunning> running_;
};

struct Known {
  std::uint32_t pid;
  Fd process;
};

/// The processes of the gate that runs.
std::vector<Known> find_gate(const kern::DriftPrograms& programs) {
  std::vector<Known> found;
  for (std::size_t which = 0; which < 2; ++which) {
    const auto [pid, start] = programs.gate_process(which);
    if (pid == 0) continue;
    Fd process = open_pidfd(static_cast<pid_t>(pid));
    // Asked after it was opened: the number may be another's by now.
    const bool lives = process.valid() && !is_readable(process.get(), milliseconds(0)) && start_of(pid) == start;
    if (lives) found.push_back({.pid = pid, .process = std::move(process)});
  }
  return found;
}

Status end(const std::vector<Known>& processes) {
  for (const Known& known : processes) {
    ::syscall(SYS_pidfd_send_signal, known.process.get(), SIGTERM, nullptr, 0);
  }
  for (const Known& known : processes) {
    if (!is_readable(known.process.get(), milliseconds(2000))) {
      ::syscall(SYS_pidfd_send_signal, known.process.get(), SIGKILL, nullptr, 0);
      if (!is_readable(known.process.get(), milliseconds(2000))) {
        return base::Error(base::ErrorCode::io,
                           "the gate's process " + std::to_string(known.pid) + " does not end");
      }
    }
    ::waitpid(static_cast<pid_t>(known.pid), nullptr, WNOHANG);
  }
  return {};
}

}  // namespace

base::Result<GateProcess> GateProcess::start(kern::ExecQuestions questions, const kern::DriftPrograms& programs) {
  const std::vector<Known> earlier = find_gate(programs);
  void* const memory =
      ::mmap(nullptr, sizeof(GateProgress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return base::system_error("memory of the gate");
  auto* const progress = new (memory) GateProgress{};
  std::array<int, 2> ready_ends{}, request_ends{};
  if (::pipe2(ready_ends.data(), O_CLOEXEC) != 0) return base::system_error("pipe");
  const Fd ready_here(ready_ends[0]);
  Fd ready_there(ready_ends[1]);
  if (::pipe2(request_ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return base::system_error("pipe");
  Fd requests_there(request_ends[0]);
  GateProcess gate((Fd(request_ends[1])));
  const pid_t pid = ::fork();
  if (pid < 0) return base::system_error("fork");
  if (pid == 0) {
    ::setsid();
    Member(questions, programs, *progress, std::move(requests_there)).run_first(std::move(ready_there));
  }
  ready_there = Fd();
  ::munmap(memory, sizeof(GateProgress));
  char ready = 0;
  if (::read(ready_here.get(), &ready, 1) != 1) return base::Error(base::ErrorCode::io, "the gate did not start");
  DOORMAN_CHECK(end(earlier));
  return gate;
}

Status GateProcess::watch_process(std::uint32_t pid) {
  if (::write(requests_.get(), &pid, sizeof pid) != sizeof pid) return base::system_error("ask the gate");
  return {};
}

Status GateProcess::stop(const kern::DriftPrograms& programs) { return end(find_gate(programs)); }

bool GateProcess::is_running(const kern::DriftPrograms& programs) { return !find_gate(programs).empty(); }

}  // namespace doorman::action

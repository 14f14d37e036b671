// SPDX-License-Identifier: Apache-2.0
#include "kern/keep_running.h"

#include <signal.h>

#include <utility>

#include "base/fd.h"

namespace doorman::kern {
namespace {

// Something must be done with it: a timer's signal that is ignored is not sent again.
void on_continue(int /*signal*/) {}

}  // namespace

base::Result<KeepRunning> KeepRunning::start(std::chrono::milliseconds interval) {
  struct sigaction action{};
  action.sa_handler = on_continue;
  action.sa_flags = SA_RESTART;
  if (::sigaction(SIGCONT, &action, nullptr) != 0) return base::system_error("SIGCONT");
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, SIGCONT);
  if (::sigprocmask(SIG_UNBLOCK, &wanted, nullptr) != 0) return base::system_error("SIGCONT");

  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGCONT;
  timer_t timer{};
  if (::timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return base::system_error("timer");
  KeepRunning running(timer);
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(interval);
  itimerspec spec{};
  spec.it_interval.tv_sec = whole.count();
  spec.it_interval.tv_nsec = std::chrono::nanoseconds(interval - whole).count();
  spec.it_value = spec.it_interval;
  if (::timer_settime(timer, 0, &spec, nullptr) != 0) return base::system_error("timer");
  return running;
}

KeepRunning::KeepRunning(KeepRunning&& other) noexcept
    : timer_(other.timer_), running_(std::exchange(other.running_, false)) {}

KeepRunning::~KeepRunning() {
  if (running_) ::timer_delete(timer_);
}

}  // namespace doorman::kern

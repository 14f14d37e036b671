// SPDX-License-Identifier: Apache-2.0
#include "app/guard/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace doorman::app {

base::Result<Signals> Signals::open() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&wanted, signal);
  if (::sigprocmask(SIG_BLOCK, &wanted, nullptr) != 0) return base::system_error("sigprocmask");
  base::Fd fd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.valid()) return base::system_error("signalfd");
  return Signals(std::move(fd));
}

int Signals::next() const {
  signalfd_siginfo info{};
  return ::read(fd_.get(), &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
// Loops of one thing each, as fast as it goes: what a guard costs is seen in them first.
//
//   loops open|getpid|exec|connect COUNT [RATE]
//   loops hook
//
// Prints nanoseconds for one. `exec` starts the program /bin/true, or $LOOPS_PROGRAM; `connect` calls a socket of
// its own on 127.0.0.1. At most RATE a second, where it is given. `hook` hangs an empty program onto the end of
// each system call until its standard input ends: what a guard that looks at any call cannot do without.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>

namespace {

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

void open_and_close() {
  const int fd = ::open("/etc/hostname", O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("/etc/hostname");
  ::close(fd);
}

void get_pid() { ::syscall(SYS_getpid); }

void start_program() {
  const char* named = std::getenv("LOOPS_PROGRAM");
  std::string program = named == nullptr ? "/bin/true" : named;
  char* arguments[] = {program.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environ) != 0) fail("posix_spawn");
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) fail("the program");
}

class Server {
 public:
  Server() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address_;
    auto* address = reinterpret_cast<sockaddr*>(&address_);
    if (::bind(listener_, address, length) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, address, &length) != 0) {
      fail("listen");
    }
  }

  void call_once() const {
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // Closed at once, or the ports that wait run out.
    const linger no_wait{1, 0};
    ::setsockopt(client, SOL_SOCKET, SO_LINGER, &no_wait, sizeof no_wait);
    if (::connect(client, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) != 0) fail("connect");
    const int served = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (served < 0) fail("accept");
    ::close(client);
    ::close(served);
  }

 private:
  int listener_ = -1;
  sockaddr_in address_{};
};

/// `return 0`, as a raw tracepoint.
void hang_on_empty_hook() {
  const bpf_insn program[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
                              {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  bpf_attr load{};
  load.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
  load.insns = reinterpret_cast<std::uint64_t>(program);
  load.insn_cnt = 2;
  load.license = reinterpret_cast<std::uint64_t>("GPL");
  const auto loaded = ::syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
  if (loaded < 0) fail("BPF_PROG_LOAD");
  bpf_attr open{};
  open.raw_tracepoint.name = reinterpret_cast<std::uint64_t>("sys_exit");
  open.raw_tracepoint.prog_fd = static_cast<std::uint32_t>(loaded);
  if (::syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &open, sizeof open) < 0) fail("BPF_RAW_TRACEPOINT_OPEN");
  std::puts("hooked");
  std::fflush(stdout);
  char nothing = 0;
  while (::read(STDIN_FILENO, &nothing, 1) > 0) {
  }
}

using Clock = std::chrono::steady_clock;

/// Nanoseconds for one.
double measure(const std::function<void()>& deed, std::int64_t count, std::int64_t rate) {
  constexpr std::int64_t batch = 256;
  const auto began = Clock::now();
  for (std::int64_t i = 0; i < count; ++i) {
    deed();
    if (rate == 0 || i % batch != 0) continue;
    const std::chrono::duration<double> due(static_cast<double>(i) / static_cast<double>(rate));
    std::this_thread::sleep_until(began + std::chrono::duration_cast<Clock::duration>(due));
  }
  const std::chrono::duration<double, std::nano> took = Clock::now() - began;
  return took.count() / static_cast<double>(count);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "hook") {
    hang_on_empty_hook();
    return 0;
  }
  const Server server;
  const std::map<std::string, std::function<void()>> loops = {{"open", open_and_close},
                                                              {"getpid", get_pid},
                                                              {"exec", start_program},
                                                              {"connect", [&server] { server.call_once(); }}};
  const bool given = argc == 3 || argc == 4;
  const auto loop = given ? loops.find(argv[1]) : loops.end();
  const std::int64_t count = given ? std::atoll(argv[2]) : 0;
  if (loop == loops.end() || count <= 0) {
    std::fputs("usage: loops open|getpid|exec|connect COUNT [RATE] | hook\n", stderr);
    return 2;
  }
  std::printf("%.1f\n", measure(loop->second, count, argc == 4 ? std::atoll(argv[3]) : 0));
}

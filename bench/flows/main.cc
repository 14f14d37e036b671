// SPDX-License-Identifier: Apache-2.0
// What judging and telling of connections costs: doorman_bench_flows [ROUNDS]
//
// The same loops without kernel programs, with them outside of containers, and with them in a control group that
// counts as a container's, in turn within each round; told are medians of the ratios to the round's own first run,
// by processor time of the loop. Needs root.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/text.h"
#include "bpf/maps.h"
#include "kern/flow_programs.h"

namespace {

using namespace doorman;

constexpr int connections = 4000, datagrams = 100'000;

std::string unified_root() {
  const auto mounts = base::read_file("/proc/self/mountinfo", 1U << 20U);
  if (!mounts.ok()) return {};
  for (const std::string_view line : base::split(*mounts, '\n')) {
    if (line.find(" - cgroup2 ") != std::string_view::npos) return std::string(base::split(line, ' ')[4]);
  }
  return {};
}

sockaddr_in local(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}
const sockaddr* raw(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

int open_socket(int type) {
  const int socket = ::socket(AF_INET, type, 0);
  if (socket < 0) std::abort();
  return socket;
}

void connect_loop(std::uint16_t port) {
  const sockaddr_in to = local(port);
  const linger at_once{1, 0};
  for (int i = 0; i < connections; ++i) {
    const int socket = open_socket(SOCK_STREAM);
    if (::connect(socket, raw(to), sizeof to) != 0) std::abort();
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(socket);
  }
}
void datagram_connect_loop(std::uint16_t port) {
  const sockaddr_in to = local(port);
  const int socket = open_socket(SOCK_DGRAM);
  for (int i = 0; i < datagrams; ++i) {
    if (::connect(socket, raw(to), sizeof to) != 0) std::abort();
  }
  ::close(socket);
}
void send_loop(std::uint16_t port) {
  const sockaddr_in to = local(port);
  const int socket = open_socket(SOCK_DGRAM);
  for (int i = 0; i < datagrams; ++i) (void)::sendto(socket, "x", 1, 0, raw(to), sizeof to);
  ::close(socket);
}

struct Loop {
  const char* name;
  void (*run)(std::uint16_t port);
  int times;
};
constexpr Loop loops[] = {{"tcp connect and close", connect_loop, connections},
                          {"udp connect", datagram_connect_loop, datagrams},
                          {"udp sendto", send_loop, datagrams}};

double cpu_time() {
  timespec now{};
  (void)::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// In a child, in the control group; nanoseconds of processor time a time: what others do beside it counts less so.
double measure(const Loop& loop, std::uint16_t port, const std::string& group) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    const int procs = ::open((group + "/cgroup.procs").c_str(), O_WRONLY);
    if (::write(procs, "0", 1) != 1) ::_exit(1);
    const double begin = cpu_time();
    loop.run(port);
    const double took = cpu_time() - begin;
    if (::write(ends[1], &took, sizeof took) != sizeof took) ::_exit(1);
    ::_exit(0);
  }
  ::close(ends[1]);
  double took = 0;
  if (::read(ends[0], &took, sizeof took) != sizeof took) std::abort();
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return took / loop.times;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

struct Setting {
  const char* name;
  bool attached = false, inside = false;
  std::uint8_t mode = DOORMAN_FLOW_OFF;
};
constexpr Setting settings[] = {{"without programs"},
                                {"outside of containers", true},
                                {"container, discover", true, true, DOORMAN_FLOW_DISCOVER},
                                {"container, protect", true, true, DOORMAN_FLOW_PROTECT}};

base::Status run(int rounds) {
  DOORMAN_TRY(const kern::Pins pins, kern::Pins::open(fmt::format("/sys/fs/bpf/doorman-bench-{}", ::getpid())));
  const std::string root = unified_root(), group = fmt::format("{}/doorman-bench-{}", root, ::getpid());
  if (::mkdir(group.c_str(), 0755) != 0) return base::system_error(group);
  struct stat status{};
  ::stat(group.c_str(), &status);
  const std::uint64_t id = status.st_ino;
  const int listener = open_socket(SOCK_STREAM);
  sockaddr_in at = local(0);
  socklen_t size = sizeof at;
  if (::bind(listener, raw(at), sizeof at) != 0 || ::listen(listener, 1024) != 0)
    return base::system_error("listen");
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size);
  const std::uint16_t port = ntohs(at.sin_port);
  const pid_t server = ::fork();
  if (server == 0) {
    while (true) ::close(::accept(listener, nullptr, nullptr));
  }
  std::vector<std::vector<std::vector<double>>> took(std::size(loops),
                                                     std::vector<std::vector<double>>(std::size(settings)));
  base::Status done;
  for (int round = 0; round < rounds && done.ok(); ++round) {
    for (std::size_t s = 0; s < std::size(settings) && done.ok(); ++s) {
      const Setting& setting = settings[s];
      std::optional<kern::FlowPrograms> programs;
      if (setting.attached) {
        DOORMAN_TRY(auto loaded, kern::FlowPrograms::load(pins));
        programs.emplace(std::move(loaded));
        const base::Fd map(bpf_obj_get((pins.folder() + "/containers").c_str()));
        doorman_container container{};
        container.root = id;
        bpf_map_update_elem(map.get(), &id, &container, BPF_ANY);
        const kern::FlowRule rule{0, 0, false, {{{127}, false}, 8}, kern::FlowRule::Act::allow};
        DOORMAN_CHECK(programs->put(1, {&rule, 1}));
        DOORMAN_CHECK(programs->set_container(id, setting.mode, 1));
        DOORMAN_CHECK(programs->apply());
        done = programs->attach(pins, root, false);
        if (done.ok() && setting.inside) done = programs->watch_names(id);
        if (done.ok() && setting.mode == DOORMAN_FLOW_PROTECT) done = programs->guard_sockets(true);
      }
      for (std::size_t l = 0; l < std::size(loops); ++l) {
        took[l][s].push_back(measure(loops[l], port, setting.inside ? group : root));
      }
    }
  }
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  ::rmdir(group.c_str());
  DOORMAN_CHECK(pins.remove());
  if (!done.ok()) return done;
  for (std::size_t l = 0; l < std::size(loops); ++l) {
    for (std::size_t s = 0; s < std::size(settings); ++s) {
      std::vector<double> rates;
      rates.reserve(took[l][s].size());
      for (std::size_t i = 0; i < took[l][s].size(); ++i) rates.push_back(took[l][0][i] / took[l][s][i]);
      std::ranges::sort(rates);
      fmt::print("{:24} {:24} {:8.0f} ns   rate {:.3f}  ({:.3f} to {:.3f})\n", loops[l].name, settings[s].name,
                 median(took[l][s]), median(rates), rates[rates.size() / 4], rates[rates.size() * 3 / 4]);
    }
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const auto done = run(argc > 1 ? std::max(1, static_cast<int>(base::to_number(argv[1]).value_or(1))) : 11);
  if (done.ok()) return 0;
  fmt::print(stderr, "{}\n", done.error().message());
  return 2;
}

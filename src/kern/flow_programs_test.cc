// SPDX-License-Identifier: Apache-2.0
// Real sockets in a control group that the kernel takes for a container's.
#include "kern/flow_programs.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>

#include "base/fd.h"
#include "bpf/event.h"
#include "bpf/maps.h"
#include "kernel_test.h"

namespace doorman::kern {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint8_t tcp = 6, udp = 17;
constexpr std::uint8_t discover = DOORMAN_FLOW_DISCOVER, monitor = DOORMAN_FLOW_MONITOR,
                       protect = DOORMAN_FLOW_PROTECT;

base::IpNetwork net(std::string_view text) { return base::IpNetwork::parse(text).value(); }

struct Told {
  doorman_event_header header{};
  doorman_event_object object{};
  doorman_flow flow{};
};

/// An address of either family, ready for the kernel.
struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
  [[nodiscard]] int family() const { return bytes.ss_family; }
};
Address address(std::string_view text, std::uint16_t port) {
  const auto parsed = base::IpAddress::parse(text).value();
  Address made;
  if (parsed.is_v6) {
    auto* six = reinterpret_cast<sockaddr_in6*>(&made.bytes);
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    std::memcpy(&six->sin6_addr, parsed.bytes.data(), 16);
    made.size = sizeof *six;
  } else {
    auto* four = reinterpret_cast<sockaddr_in*>(&made.bytes);
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    std::memcpy(&four->sin_addr, parsed.bytes.data(), 4);
    made.size = sizeof *four;
  }
  return made;
}

int connect_to(std::string_view text, std::uint16_t port, int type = SOCK_STREAM) {
  const Address to = address(text, port);
  const base::Fd socket(::socket(to.family(), type, 0));
  return socket.valid() && ::connect(socket.get(), to.get(), to.size) == 0 ? 0 : errno;
}
int send_to(std::string_view text, std::uint16_t port) {
  const Address to = address(text, port);
  const base::Fd socket(::socket(to.family(), SOCK_DGRAM, 0));
  return ::sendto(socket.get(), "x", 1, 0, to.get(), to.size) == 1 ? 0 : errno;
}
int bind_to(std::string_view text, std::uint16_t port, int type = SOCK_DGRAM) {
  const Address to = address(text, port);
  const base::Fd socket(::socket(to.family(), type, 0));
  return ::bind(socket.get(), to.get(), to.size) == 0 ? 0 : errno;
}

/// Listens on a port of its own choosing, outside the container.
struct Server {
  explicit Server(std::string_view text) : socket(::socket(address(text, 0).family(), SOCK_STREAM, 0)) {
    Address at = address(text, 0);
    EXPECT_EQ(::bind(socket.get(), at.get(), at.size), 0);
    EXPECT_EQ(::listen(socket.get(), 64), 0);
    EXPECT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at.bytes), &at.size), 0);
    port = ntohs(reinterpret_cast<const sockaddr_in*>(&at.bytes)->sin_port);  // at the same place in both families
  }
  base::Fd socket;
  std::uint16_t port = 0;
};

class FlowProgramsTest : public tests::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped()) return;
    const std::string root = tests::unified_root();
    if (root.empty()) GTEST_SKIP() << "no control groups of version 2";
    group_ = root + "/doorman-flows-test-" + std::to_string(::getpid());
    ASSERT_EQ(::mkdir(group_.c_str(), 0755), 0);
    struct stat status{};
    ASSERT_EQ(::stat(group_.c_str(), &status), 0);
    id_ = status.st_ino;
    auto loaded = FlowPrograms::load(pins());
    ASSERT_TRUE(loaded.ok()) << loaded.error().message();
    programs_.emplace(std::move(*loaded));
    const auto attached = programs_->attach(pins(), root, true);
    ASSERT_TRUE(attached.ok()) << attached.error().message();
    auto ring = programs_->ring();
    ASSERT_TRUE(ring.ok()) << ring.error().message();
    ring_.emplace(std::move(*ring));
    const base::Fd map(bpf_obj_get((pins().folder() + "/containers").c_str()));
    doorman_container container{};
    container.root = id_;
    ASSERT_EQ(bpf_map_update_elem(map.get(), &id_, &container, BPF_ANY), 0);
  }
  void TearDown() override {
    programs_.reset();
    if (!group_.empty()) ::rmdir(group_.c_str());
    KernelTest::TearDown();
  }

  void set_mode(std::uint8_t mode, std::uint32_t policy = 1) {
    ASSERT_TRUE(programs_->set_container(id_, mode, policy).ok());
    ASSERT_TRUE(programs_->apply().ok());
  }
  void put(std::vector<FlowRule> rules, std::uint32_t policy = 1) {
    ASSERT_TRUE(programs_->put(policy, rules).ok());
    ASSERT_TRUE(programs_->apply().ok());
  }

  /// Does it in the container, in a child; what it gives must fit into a byte.
  int inside(const std::function<int()>& deed) {
    const pid_t child = ::fork();
    if (child == 0) {
      const int procs = ::open((group_ + "/cgroup.procs").c_str(), O_WRONLY);
      if (::write(procs, "0", 1) != 1) ::_exit(255);
      ::_exit(deed());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    child_ = static_cast<std::uint32_t>(child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  /// What was told since the last time; DNS answers go to `answers_`.
  std::vector<Told> told() {
    std::string bytes;
    ring_->read(bytes, 1U << 20U);
    std::vector<Told> all;
    for (std::size_t at = 0; at < bytes.size();) {
      Told each;
      std::memcpy(&each.header, &bytes[at], sizeof each.header);
      std::memcpy(&each.object, &bytes[at + 64], sizeof each.object);
      std::uint16_t length = 0;
      std::memcpy(&length, &bytes[at + 120], sizeof length);
      if (each.header.kind == DOORMAN_RECORD_DNS) {
        answers_.push_back(bytes.substr(at + 122, length));
      } else {
        EXPECT_EQ(length, sizeof each.flow);
        std::memcpy(&each.flow, &bytes[at + 122], sizeof each.flow);
        all.push_back(each);
      }
      EXPECT_EQ(each.header.size % 8, 0U);
      EXPECT_EQ(each.header.cgroup, id_);
      at += each.header.size;
    }
    return all;
  }
  /// The same, until one of that kind is there: the end of a connection comes when the kernel finds time for it.
  std::vector<Told> told_until(int kind) {
    std::vector<Told> all;
    for (int tries = 0; tries < 200; ++tries) {
      for (const Told& each : told()) all.push_back(each);
      if (std::ranges::any_of(all, [&](const Told& each) { return each.flow.kind == kind; })) break;
      ::usleep(10'000);
    }
    return all;
  }
  static std::vector<int> kinds(const std::vector<Told>& all) {
    std::vector<int> made;
    made.reserve(all.size());
    for (const Told& each : all) made.push_back(each.flow.kind);
    return made;
  }

  std::string group_;
  std::uint64_t id_ = 0;
  std::uint32_t child_ = 0;
  std::optional<FlowPrograms> programs_;
  std::optional<Ring> ring_;
  /// The container asks 127.0.0.53, and gets a datagram from there, or from another, or from another port.
  int receive(const std::string& answer, std::uint16_t from = 53, std::string_view who = "127.0.0.53") {
    return inside([&] {
      const base::Fd client(::socket(AF_INET, SOCK_DGRAM, 0));
      Address at = address("127.0.0.1", 0);
      if (::bind(client.get(), at.get(), at.size) != 0) return 1;
      if (::getsockname(client.get(), reinterpret_cast<sockaddr*>(&at.bytes), &at.size) != 0) return 2;
      const Address asked = address("127.0.0.53", 53);
      if (::sendto(client.get(), "?", 1, 0, asked.get(), asked.size) != 1) return 6;
      const base::Fd server(::socket(AF_INET, SOCK_DGRAM, 0));
      const Address resolver = address(who, from);
      if (::bind(server.get(), resolver.get(), resolver.size) != 0) return 3;
      if (::sendto(server.get(), answer.data(), answer.size(), 0, at.get(), at.size) < 0) return 4;
      std::string got(2000, '\0');
      return ::recv(client.get(), got.data(), got.size(), 0) == static_cast<ssize_t>(answer.size()) ? 0 : 5;
    });
  }

  std::vector<std::string> answers_;
};

TEST_F(FlowProgramsTest, DiscoverTellsEachNewPeerOnceAndOfTheHostNothing) {
  const Server server("127.0.0.1");
  set_mode(discover);
  EXPECT_EQ(connect_to("127.0.0.1", server.port), 0) << "of the host";
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(inside([&] {
              for (int i = 0; i < 10; ++i) {
                if (const int error = connect_to("127.0.0.1", server.port); error != 0) return error;
              }
              return 0;
            }),
            0);
  const auto all = told_until(DOORMAN_FLOW_CLOSED);
  ASSERT_THAT(kinds(all), ElementsAre(DOORMAN_FLOW_CONNECT, DOORMAN_FLOW_ESTABLISHED, DOORMAN_FLOW_CLOSED));
  EXPECT_EQ(all[0].flow.verdict, DOORMAN_FLOW_ALLOWED);
  EXPECT_EQ(all[0].header.pid, child_);
  EXPECT_NE(all[0].header.start, 0U);
  EXPECT_EQ(all[0].object.type, DOORMAN_OBJECT_IPV4);
  EXPECT_EQ(all[0].object.protocol, tcp);
  EXPECT_EQ(all[0].object.remote_port, server.port);
  EXPECT_THAT(std::vector(all[0].object.remote, all[0].object.remote + 4), ElementsAre(127, 0, 0, 1));
  EXPECT_NE(all[1].object.local_port, 0);
  EXPECT_EQ(all[1].object.flags & DOORMAN_OBJECT_SERVER, 0);

  // The rest was counted.
  const auto counts = programs_->collect();
  ASSERT_TRUE(counts.ok());
  std::uint32_t connects = 0;
  for (const FlowCount& each : *counts) {
    EXPECT_EQ(each.cgroup, id_);
    EXPECT_EQ(to_text(each.address), "127.0.0.1");
    if (each.kind == DOORMAN_FLOW_CONNECT) connects += each.times;
  }
  EXPECT_EQ(connects, 9U);
}

TEST_F(FlowProgramsTest, TheAcceptingSideIsToldAndTheBytes) {
  set_mode(discover);
  // The server is in the container, and a child of it outside makes the connection.
  EXPECT_EQ(inside([&] {
              const Server server("127.0.0.1");
              const pid_t child = ::fork();
              if (child == 0) {
                const std::string up = group_ + "/../cgroup.procs";
                const int procs = ::open(up.c_str(), O_WRONLY);
                if (::write(procs, "0", 1) != 1) ::_exit(1);
                const Address to = address("127.0.0.1", server.port);
                const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
                if (socket < 0 || ::connect(socket, to.get(), to.size) != 0) ::_exit(2);
                if (::write(socket, "hello", 5) != 5) ::_exit(2);
                char answer[8];
                ::_exit(::read(socket, answer, sizeof answer) == 3 ? 0 : 3);
              }
              const int accepted = ::accept(server.socket.get(), nullptr, nullptr);
              char question[8];
              if (::read(accepted, question, sizeof question) != 5 || ::write(accepted, "bye", 3) != 3) return 4;
              int status = 0;
              ::waitpid(child, &status, 0);
              while (::read(accepted, question, sizeof question) > 0) {
              }
              ::close(accepted);
              return status;
            }),
            0);
  const auto all = told_until(DOORMAN_FLOW_CLOSED);
  std::optional<Told> listen, made, closed;
  for (const Told& each : all) {
    if (each.flow.kind == DOORMAN_FLOW_LISTEN) listen = each;
    if (each.flow.kind == DOORMAN_FLOW_ESTABLISHED) made = each;
    if (each.flow.kind == DOORMAN_FLOW_CLOSED) closed = each;
  }
  ASSERT_TRUE(listen && made && closed) << testing::PrintToString(kinds(all));
  EXPECT_NE(made->object.flags & DOORMAN_OBJECT_SERVER, 0);
  EXPECT_EQ(made->object.local_port, listen->object.local_port);
  EXPECT_NE(closed->object.flags & DOORMAN_OBJECT_SERVER, 0);
  EXPECT_EQ(closed->flow.received, 6U) << "five bytes, and the end counts as one";
  EXPECT_GE(closed->flow.sent, 3U);
}

TEST_F(FlowProgramsTest, MonitorTellsWhatThePolicyDoesNotKnow) {
  const Server server("127.0.0.1");
  put({{tcp, server.port, false, net("127.0.0.1"), FlowRule::Act::allow}});
  set_mode(monitor);
  EXPECT_EQ(inside([&] { return connect_to("127.0.0.1", server.port); }), 0);
  EXPECT_EQ(inside([&] { return send_to("127.0.0.1", 9); }), 0);
  const auto all = told();
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.front().flow.verdict, DOORMAN_FLOW_ALLOWED);
  // When the connection's end is told, the kernel decides.
  const auto sent = std::ranges::find_if(all, [](const auto& each) { return each.flow.kind == DOORMAN_FLOW_SEND; });
  ASSERT_NE(sent, all.end()) << testing::PrintToString(kinds(all));
  EXPECT_EQ(sent->flow.verdict, DOORMAN_FLOW_NEW);
}

/// One code for both families.
class BothFamilies : public FlowProgramsTest, public testing::WithParamInterface<const char*> {};

TEST_P(BothFamilies, ProtectRefusesFromTheFirstOn) {
  const std::string here = GetParam();
  const Server known(here), other(here);
  put({{tcp, known.port, false, net(here), FlowRule::Act::allow},
       {udp, 0, false, net(here), FlowRule::Act::allow},
       {udp, 99, false, net(here == "::1" ? "::/0" : "127.0.0.0/8"), FlowRule::Act::refuse},
       {udp, 5353, true, net(here == "::1" ? "::/0" : "0.0.0.0/0"), FlowRule::Act::allow}});
  set_mode(protect);
  EXPECT_EQ(inside([&] { return connect_to(here, known.port); }), 0);
  EXPECT_EQ(inside([&] { return connect_to(here, other.port); }), EPERM);
  EXPECT_EQ(inside([&] { return connect_to(here == "::1" ? "::" : "0.0.0.0", other.port); }), EPERM);
  EXPECT_EQ(inside([&] { return connect_to(here == "::1" ? "::" : "0.0.0.0", known.port); }), 0)
      << "nowhere is here: what counts is where it goes";
  EXPECT_EQ(inside([&] { return send_to(here, 98); }), 0);
  EXPECT_EQ(inside([&] { return send_to(here, 99); }), EPERM);
  EXPECT_EQ(inside([&] { return connect_to(here, 99, SOCK_DGRAM); }), EPERM);
  EXPECT_EQ(inside([&] { return bind_to(here, 5353); }), 0);
  EXPECT_EQ(inside([&] { return bind_to(here, 5354); }), EPERM);
  EXPECT_EQ(inside([&] { return bind_to(here, 0); }), 0) << "a client's";
  EXPECT_EQ(connect_to(here, other.port), 0) << "of the host";
  std::size_t refused = 0;
  for (const Told& each : told()) refused += each.flow.verdict == DOORMAN_FLOW_REFUSED ? 1 : 0;
  EXPECT_EQ(refused, 4U) << "nowhere and here are one peer, and a repeat is counted";
}
INSTANTIATE_TEST_SUITE_P(FlowPrograms, BothFamilies, testing::Values("127.0.0.1", "::1"));

TEST_F(FlowProgramsTest, AnAddressInOtherClothesIsTheSame) {
  const Server server("127.0.0.1");
  put({{tcp, server.port, false, net("127.0.0.1"), FlowRule::Act::refuse},
       {tcp, 0, false, net("::/0"), FlowRule::Act::allow}});
  set_mode(monitor);
  EXPECT_EQ(inside([&] { return connect_to("::ffff:127.0.0.1", server.port); }), EPERM);
  const auto all = told();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].object.type, DOORMAN_OBJECT_IPV4);
  EXPECT_THAT(std::vector(all[0].object.remote, all[0].object.remote + 4), ElementsAre(127, 0, 0, 1));
}

TEST_F(FlowProgramsTest, ProtectLeavesNoSocketThatNobodyJudges) {
  set_mode(protect);
  ASSERT_TRUE(programs_->guard_sockets(true).ok());
  const auto opens = [](int family, int type, int protocol) {
    return [=] {
      const base::Fd socket(::socket(family, type, protocol));
      return socket.valid() ? 0 : errno;
    };
  };
  EXPECT_EQ(inside(opens(AF_INET, SOCK_RAW, IPPROTO_ICMP)), EPERM);
  EXPECT_EQ(inside(opens(AF_INET6, SOCK_RAW, IPPROTO_RAW)), EPERM);
  EXPECT_EQ(inside(opens(AF_INET, SOCK_STREAM, 0)), 0);
  EXPECT_EQ(inside(opens(AF_INET6, SOCK_DGRAM, 0)), 0);
  EXPECT_NE(inside(opens(AF_INET, SOCK_STREAM, 262)), 0) << "mptcp";
  set_mode(discover);
  EXPECT_EQ(inside(opens(AF_INET, SOCK_RAW, IPPROTO_ICMP)), 0);
  set_mode(protect);
  ASSERT_TRUE(programs_->guard_sockets(false).ok());
  EXPECT_EQ(inside(opens(AF_INET, SOCK_RAW, IPPROTO_ICMP)), 0) << "taken away, with its pin";
}

TEST_F(FlowProgramsTest, ChangesHoldFromApplyOn) {
  const Server server("127.0.0.1");
  const std::vector<FlowRule> rule = {{tcp, server.port, false, net("127.0.0.1"), FlowRule::Act::allow}};
  set_mode(protect);
  const auto connect = [&] { return connect_to("127.0.0.1", server.port); };
  EXPECT_EQ(inside(connect), EPERM);
  put(rule);
  EXPECT_EQ(inside(connect), 0);
  ASSERT_TRUE(programs_->take(1, rule).ok());
  ASSERT_TRUE(programs_->apply().ok());
  EXPECT_EQ(inside(connect), EPERM);
  put(rule, 7);
  EXPECT_EQ(inside(connect), EPERM) << "of another policy";
  set_mode(protect, 7);
  EXPECT_EQ(inside(connect), 0);
  EXPECT_THAT(programs_->policies().value(), ElementsAre(7U));
  ASSERT_TRUE(programs_->forget({7}).ok());
  ASSERT_TRUE(programs_->apply().ok());
  EXPECT_EQ(inside(connect), EPERM);
  set_mode(DOORMAN_FLOW_OFF);
  EXPECT_EQ(inside(connect), 0);
  EXPECT_FALSE(programs_->set_container(1, protect, 1).ok()) << "nobody's group";
}

TEST_F(FlowProgramsTest, AFloodIsCountedNotTold) {
  set_mode(protect);
  EXPECT_EQ(inside([&] {
              for (std::uint16_t port = 1; port <= 5000; ++port) {
                if (send_to("127.0.0.1", port) != EPERM) return 1;
              }
              return 0;
            }),
            0);
  const std::size_t refused = told().size();
  EXPECT_GE(refused, 100U);
  EXPECT_LT(refused, 2000U);
  std::uint64_t counted = 0;
  const auto counts = programs_->collect();
  ASSERT_TRUE(counts.ok());
  for (const FlowCount& each : *counts) {
    EXPECT_EQ(each.verdict, DOORMAN_FLOW_REFUSED);
    counted += each.times;
  }
  EXPECT_EQ(refused + counted, 5000U);
}

TEST_F(FlowProgramsTest, DnsAnswersAreCopied) {
  set_mode(discover);
  const auto watched = programs_->watch_names(id_);
  ASSERT_TRUE(watched.ok()) << watched.error().message();
  EXPECT_EQ(programs_->watch_names(id_ + 1'000'000).error().code(), base::ErrorCode::not_found);
  const std::string answer(1400, 'a');
  EXPECT_EQ(receive(answer.substr(0, 40)), 0);
  EXPECT_EQ(receive(answer), 0);
  EXPECT_EQ(receive(answer.substr(0, 40), 54), 0);
  EXPECT_EQ(receive(answer.substr(0, 40), 53, "127.0.0.54"), 0) << "nobody asked that one";
  told();
  ASSERT_THAT(answers_, SizeIs(2));
  EXPECT_EQ(answers_[0], answer.substr(0, 40));
  EXPECT_EQ(answers_[1], answer.substr(0, 1232));
  programs_->forget_names(id_);
  EXPECT_EQ(receive(answer.substr(0, 40)), 0);
  told();
  EXPECT_THAT(answers_, SizeIs(2));
}

std::string big(std::size_t number) { return {static_cast<char>(number >> 8U), static_cast<char>(number & 0xffU)}; }

std::string dns_record(const std::string& owner, char type, const std::string& data) {
  return owner + '\0' + type + "\0\1\0\0\0\x3c"s + big(data.size()) + data;
}

std::string dns_answer(const std::string& name, const std::vector<std::string>& records,
                       std::size_t flags = 0x8180) {
  std::string message =
      "\x12\x34" + big(flags) + big(1) + big(records.size()) + std::string(4, '\0') + name + "\0\1\0\1"s;
  for (const std::string& each : records) message += each;
  return message;
}

TEST_F(FlowProgramsTest, ALearnedNameIsAllowedWhereItIsToldToBe) {
  const std::string db = "\2db\4test\0"s, other = "\5other\4test\0"s, asked = "\xc0\x0c";
  const Server server("0.0.0.0"), six("::1");
  const auto number = programs_->number_of(db), again = programs_->number_of(db);
  ASSERT_TRUE(number.ok() && again.ok());
  EXPECT_EQ(*number, *again);
  EXPECT_EQ(programs_->number_of(other).value_or(0), *number + 1);
  const auto by_name = [&](std::uint16_t port) {
    return FlowRule{tcp, port, false, {}, FlowRule::Act::allow, *number};
  };
  put({by_name(server.port),
       by_name(six.port),
       {0, 0, true, net("127.0.0.0/8"), FlowRule::Act::allow},
       {udp, 0, false, net("127.0.0.1"), FlowRule::Act::allow},
       {udp, 53, false, net("127.0.0.53"), FlowRule::Act::allow}});
  set_mode(protect);
  ASSERT_TRUE(programs_->watch_names(id_).ok());
  const auto connect_in = [&](std::string_view to, std::uint16_t port) {
    return inside([&] { return connect_to(to, port); });
  };
  const auto a = [](const std::string& owner, char last) { return dns_record(owner, 1, "\x7f\0\0"s + last); };

  EXPECT_EQ(connect_in("127.0.0.2", server.port), EPERM);
  ASSERT_EQ(receive(dns_answer("\2Db\4TEST\0"s, {a(asked, 2), a(asked, 3)})), 0);
  EXPECT_EQ(connect_in("127.0.0.2", server.port), 0);
  EXPECT_EQ(connect_in("127.0.0.3", server.port), 0);
  EXPECT_EQ(connect_in("127.0.0.2", six.port), ECONNREFUSED) << "allowed, and nobody is there";
  EXPECT_EQ(connect_in("127.0.0.2", 9), EPERM) << "another port";
  ASSERT_EQ(receive(dns_answer(db, {dns_record(db, 5, "\5alias\xc0\x0f"), a("\5alias\xc0\x0f", 4)})), 0);
  EXPECT_EQ(connect_in("127.0.0.4", server.port), 0);
  ASSERT_EQ(receive(dns_answer(db, {dns_record(asked, 28, std::string(15, '\0') + '\1')})), 0);
  EXPECT_EQ(connect_in("::1", six.port), 0);

  for (const std::string& answer :
       {dns_answer(other, {a(asked, 5)}), dns_answer(db, {a(asked, 5)}, 0x0180),
        dns_answer(db + "x", {a(asked, 5)}), dns_answer("\2db\0"s, {a(asked, 5)}),
        dns_answer(db, {dns_record(asked, 1, "\x7f\0\0\5\0"s)}), dns_answer(db, {a(asked, 5)}).substr(0, 40),
        dns_answer(db, {dns_record("\x3f", 1, "\x7f\0\0\5"s)})}) {
    ASSERT_EQ(receive(answer), 0);
    EXPECT_EQ(connect_in("127.0.0.5", server.port), EPERM) << testing::PrintToString(answer);
  }
  ASSERT_EQ(receive(dns_answer("\7unknown\0"s, {a(asked, 2)})), 0);
  EXPECT_EQ(connect_in("127.0.0.2", server.port), EPERM) << "the last name counts";
}

TEST_F(FlowProgramsTest, WhoIsCutOffStaysSo) {
  set_mode(discover);
  const auto send = [&] { return inside([&] { return send_to("127.0.0.1", 9); }); };
  EXPECT_EQ(send(), 0);
  EXPECT_EQ(programs_->cut_off(pins(), id_ + 1'000'000).error().code(), base::ErrorCode::not_found);
  for (int i = 0; i < 2; ++i) {
    const auto cut = programs_->cut_off(pins(), id_);
    ASSERT_TRUE(cut.ok()) << cut.error().message();
    EXPECT_EQ(send(), EPERM);
  }
  EXPECT_EQ(send_to("127.0.0.1", 9), 0) << "of the host";
  programs_.reset();
  ring_.reset();
  EXPECT_EQ(send(), EPERM) << "without the guard";
  auto again = FlowPrograms::load(pins());
  ASSERT_TRUE(again.ok()) << again.error().message();
  ASSERT_TRUE(again->attach(pins(), group_ + "/..", true).ok());
  EXPECT_EQ(send(), EPERM);
  again->end_cut(pins(), id_);
  EXPECT_EQ(send(), 0);
}

TEST_F(FlowProgramsTest, ProtectionOutlivesTheGuard) {
  const Server server("127.0.0.1");
  set_mode(protect);
  programs_.reset();
  ring_.reset();
  EXPECT_EQ(inside([&] { return connect_to("127.0.0.1", server.port); }), EPERM);
  auto again = FlowPrograms::load(pins());
  ASSERT_TRUE(again.ok()) << again.error().message();
  ASSERT_TRUE(again->attach(pins(), group_ + "/..", true).ok());
  EXPECT_EQ(inside([&] { return connect_to("127.0.0.1", server.port); }), EPERM);
  EXPECT_THAT(again->policies().value(), ElementsAre(1U));
}

}  // namespace
}  // namespace doorman::kern

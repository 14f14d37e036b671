// SPDX-License-Identifier: Apache-2.0
#include "derive/flow_map.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::derive {
namespace {

using model::Container;
using model::EventObject;
using model::EventRecord;
using model::Flow;
using model::FlowDirection;
using model::FlowExposure;
using model::FlowIdentity;
using model::FlowRecord;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = FlowRecord::Kind;
using Verdict = FlowRecord::Verdict;

base::IpAddress ip(std::string_view text) { return base::IpAddress::parse(text).value(); }

Container container(std::string name, std::string image, std::string address) {
  Container made;
  made.id = name + "0123456789";
  made.name = std::move(name);
  made.image_id = "sha256:" + image;
  made.repository = "registry.example/" + std::move(image);
  made.ip = std::move(address);
  made.host_network = false;
  return made;
}

/// A map, and records that are made by hand.
class FlowMapTest : public testing::Test {
 protected:
  std::optional<Flow> tell(std::uint64_t cgroup, Kind kind, std::string_view local, std::string_view remote,
                           std::uint16_t flags = 0, FlowRecord told = {}) {
    EventRecord record;
    record.kind = EventRecord::Kind::flow;
    record.has_object = true;
    record.cgroup = cgroup;
    record.time = ++time_;
    record.object.protocol = protocol_;
    record.object.flags = flags;
    set_end(local, record.object.local, record.object.local_port);
    set_end(remote, record.object.remote, record.object.remote_port);
    record.object.type = record.object.remote.is_v6 ? EventObject::Type::ipv6 : EventObject::Type::ipv4;
    told.kind = kind;
    return map_.apply(record, told, "curl");
  }
  void learn(std::uint64_t cgroup, std::string name, std::string_view address) {
    model::DnsAnswer answer;
    answer.name = std::move(name);
    answer.addresses.push_back({ip(address), 60});
    names_.learn(cgroup, answer, time_);
  }
  static void set_end(std::string_view text, base::IpAddress& address, std::uint16_t& port) {
    const auto space = text.find(' ');
    address = ip(text.substr(0, space));
    port = static_cast<std::uint16_t>(std::stoul(std::string(text.substr(space + 1))));
  }

  AddressNames names_;
  FlowMap map_{names_};
  std::uint64_t time_ = 0;
  std::uint8_t protocol_ = model::protocol::tcp;
};

TEST_F(FlowMapTest, ConnectAndAcceptOfTwoContainersAreOneEdge) {
  map_.set_container(1, container("web", "web", "10.88.0.2"));
  map_.set_container(2, container("db", "db", "10.88.0.3"));
  tell(1, Kind::connect, "10.88.0.2 0", "10.88.0.3 5432");
  const auto client = tell(1, Kind::established, "10.88.0.2 40000", "10.88.0.3 5432");
  const auto server = tell(2, Kind::established, "10.88.0.3 5432", "10.88.0.2 40000", EventObject::server);
  tell(1, Kind::closed, "10.88.0.2 40000", "10.88.0.3 5432", 0, {.sent = 10, .received = 200});
  tell(2, Kind::closed, "10.88.0.3 5432", "10.88.0.2 40000", EventObject::server, {.sent = 200, .received = 10});
  for (const auto& flow : {client, server}) {
    ASSERT_TRUE(flow);
    EXPECT_EQ(flow->direction, FlowDirection::internal);
    EXPECT_EQ(flow->exposure, FlowExposure::cluster);
    EXPECT_EQ(flow->source.container->name, "web");
    EXPECT_EQ(flow->destination.container->name, "db");
    EXPECT_EQ(flow->destination.port, 5432);
  }
  const auto graph = map_.graph();
  ASSERT_THAT(graph.edges, SizeIs(1));
  const auto& edge = graph.edges.front();
  EXPECT_EQ(graph.identities[edge.source].workload, "web");
  EXPECT_EQ(graph.identities[edge.destination].workload, "db");
  EXPECT_EQ(edge.port, 5432);
  EXPECT_EQ(edge.attempts, 1U);
  EXPECT_EQ(edge.connections, 1U);
  EXPECT_EQ(edge.sent, 10U);
  EXPECT_EQ(edge.received, 200U);
  EXPECT_EQ(edge.first, 1U);
  EXPECT_EQ(edge.last, 5U);
  EXPECT_THAT(edge.addresses, IsEmpty());
}

TEST_F(FlowMapTest, TheAcceptAloneTellsTheEdgeToo) {
  map_.set_container(1, container("web", "web", "10.88.0.2"));
  map_.set_container(2, container("db", "db", ""));
  tell(1, Kind::connect, "0.0.0.0 0", "10.88.0.3 5432");
  ASSERT_EQ(map_.graph().identities[map_.graph().edges.front().destination].kind, FlowIdentity::Kind::world);
  tell(2, Kind::established, "10.88.0.3 5432", "10.88.0.2 40000", EventObject::server);
  const auto graph = map_.graph();
  ASSERT_THAT(graph.edges, SizeIs(1)) << "whose the address is was learned, and what was seen before belongs to it";
  EXPECT_EQ(graph.identities[graph.edges.front().destination].workload, "db");
  EXPECT_EQ(graph.edges.front().attempts, 1U);
  EXPECT_EQ(graph.edges.front().connections, 1U);
}

TEST_F(FlowMapTest, OutsideIsTheNameThatTheContainerWasTold) {
  map_.set_container(1, container("web", "web", "10.88.0.2"));
  map_.set_container(2, container("job", "job", "10.88.0.4"));
  learn(1, "api.example", "203.0.113.5");
  learn(1, "api.example", "203.0.113.6");
  tell(1, Kind::connect, "10.88.0.2 0", "203.0.113.5 443");
  tell(1, Kind::connect, "10.88.0.2 0", "203.0.113.6 443");
  const auto other = tell(2, Kind::connect, "10.88.0.4 0", "203.0.113.5 443");
  EXPECT_EQ(other->destination.name, "") << "what one was told says nothing of another's";
  EXPECT_EQ(other->exposure, FlowExposure::internet);
  const auto graph = map_.graph();
  ASSERT_THAT(graph.edges, SizeIs(2));
  EXPECT_EQ(graph.identities[graph.edges[0].destination].network, base::IpNetwork::parse("203.0.113.5").value());
  EXPECT_EQ(graph.identities[graph.edges[1].destination].name, "api.example");
  EXPECT_THAT(graph.edges[1].addresses, ElementsAre(ip("203.0.113.5"), ip("203.0.113.6")));
  EXPECT_EQ(graph.edges[1].attempts, 2U);
}

TEST_F(FlowMapTest, ReachedFromOutside) {
  map_.set_container(1, container("web", "web", "10.88.0.2"));
  map_.set_host_addresses(std::vector{ip("192.0.2.1"), ip("10.88.0.1")});
  EXPECT_EQ(tell(1, Kind::established, "10.88.0.2 80", "198.51.100.7 5000", EventObject::server)->exposure,
            FlowExposure::internet);
  const auto host = tell(1, Kind::established, "10.88.0.2 80", "10.88.0.1 5000", EventObject::server);
  EXPECT_EQ(host->exposure, FlowExposure::local);
  EXPECT_EQ(host->source.identity->kind, FlowIdentity::Kind::host);
  EXPECT_EQ(host->direction, FlowDirection::inbound);
  EXPECT_EQ(tell(1, Kind::connect, "10.88.0.2 0", "192.168.5.5 80")->exposure, FlowExposure::private_net);
}

TEST_F(FlowMapTest, WhateverRunsOfAnImageAndWorkloadIsOne) {
  for (std::uint64_t cgroup = 1; cgroup <= 100; ++cgroup) {
    auto job = container(fmt::format("job{}", cgroup), "job", "");
    job.labels = {{"app", "job"}, {"run", fmt::format("{}", cgroup)}};
    map_.set_container(cgroup, job);
    tell(cgroup, Kind::connect, "0.0.0.0 0", "203.0.113.5 443");
    map_.remove_container(cgroup);
  }
  const auto graph = map_.graph();
  ASSERT_THAT(graph.edges, SizeIs(1));
  EXPECT_EQ(graph.edges.front().attempts, 100U);
  EXPECT_THAT(graph.identities[graph.edges.front().source].labels, ElementsAre(std::pair("app", "job")));
}

TEST_F(FlowMapTest, MoreIsKnownOfAContainerLater) {
  Container bare;
  bare.id = "0123456789ab";
  map_.set_container(1, bare);
  tell(1, Kind::connect, "0.0.0.0 0", "203.0.113.5 443");
  map_.set_container(1, container("web", "web", "10.88.0.2"));
  tell(1, Kind::connect, "0.0.0.0 0", "203.0.113.5 443");
  const auto graph = map_.graph();
  ASSERT_THAT(graph.edges, SizeIs(1));
  EXPECT_EQ(graph.edges.front().attempts, 2U);
  EXPECT_EQ(graph.identities[graph.edges.front().source].digest, "sha256:web");
}

TEST_F(FlowMapTest, AnAddressIsNotTakenFromALivingContainer) {
  map_.set_container(1, container("web", "web", "10.88.0.2"));
  map_.set_container(2, container("db", "db", "10.88.0.3"));
  map_.set_container(3, container("evil", "evil", "10.88.0.9"));
  tell(3, Kind::established, "10.88.0.3 5432", "10.88.0.9 40000", EventObject::server);
  tell(3, Kind::established, "8.8.8.8 53", "10.88.0.9 40000", EventObject::server);
  EXPECT_EQ(tell(1, Kind::connect, "0.0.0.0 0", "10.88.0.3 5432")->destination.container->name, "db");
  EXPECT_EQ(tell(1, Kind::connect, "0.0.0.0 0", "8.8.8.8 53")->destination.identity->kind,
            FlowIdentity::Kind::world);
  map_.remove_container(2);
  EXPECT_EQ(tell(1, Kind::closed, "10.88.0.2 40001", "10.88.0.3 5432")->destination.container->name, "db")
      << "late records find who had it";
  map_.set_container(4, container("new", "new", "10.88.0.3"));
  EXPECT_EQ(tell(1, Kind::connect, "0.0.0.0 0", "10.88.0.3 5432")->destination.container->name, "new");
}

TEST_F(FlowMapTest, APodsContainersShareAnAddressAndALoopback) {
  auto web = container("web", "web", "10.1.0.2"), side = container("side", "side", "10.1.0.2");
  web.pod_uid = side.pod_uid = "uid";
  web.pod_name = side.pod_name = "web-7d9c5b6f4-x2v5k";
  map_.set_container(1, web);
  map_.set_container(2, side);
  map_.set_container(3, container("out", "out", "10.1.0.9"));
  tell(2, Kind::listen, "0.0.0.0 9000", "0.0.0.0 0", EventObject::listening);
  EXPECT_EQ(tell(1, Kind::connect, "127.0.0.1 0", "127.0.0.1 9000")->destination.container->name, "side");
  EXPECT_EQ(tell(3, Kind::connect, "10.1.0.9 0", "10.1.0.2 9000")->destination.container->name, "side");
  EXPECT_EQ(tell(3, Kind::connect, "10.1.0.9 0", "10.1.0.2 80")->destination.container->name, "web");
  const auto self = tell(1, Kind::connect, "127.0.0.1 0", "127.0.0.1 8080");
  EXPECT_EQ(self->destination.container->name, "web");
  EXPECT_EQ(self->exposure, FlowExposure::local);
  EXPECT_THAT(map_.graph().edges, SizeIs(3)) << "whom one tells itself is no edge";
  EXPECT_EQ(map_.graph().identities[0].workload, "out");
}

TEST_F(FlowMapTest, RefusalsAndRepeatsAreCounted) {
  map_.set_container(1, container("web", "web", "10.88.0.2"));
  tell(1, Kind::connect, "0.0.0.0 0", "203.0.113.5 443", 0, {.verdict = Verdict::refused, .repeats = 9});
  tell(1, Kind::connect, "0.0.0.0 0", "203.0.113.5 443", 0, {.verdict = Verdict::unknown});
  protocol_ = model::protocol::udp;
  tell(1, Kind::send, "0.0.0.0 0", "203.0.113.5 443", 0, {.repeats = 4});
  const auto graph = map_.graph();
  ASSERT_THAT(graph.edges, SizeIs(2));
  EXPECT_EQ(graph.edges[0].refused, 10U);
  EXPECT_EQ(graph.edges[0].attempts, 11U);
  EXPECT_EQ(graph.edges[0].unknown, 1U);
  EXPECT_EQ(graph.edges[0].connections, 0U);
  EXPECT_EQ(graph.edges[1].connections, 5U);
}

TEST_F(FlowMapTest, WhoseIsNobodysSaysNothing) {
  EXPECT_FALSE(tell(9, Kind::connect, "0.0.0.0 0", "203.0.113.5 443"));
  EXPECT_THAT(map_.graph().edges, IsEmpty());
  EXPECT_EQ(map_.end_of(9).identity, nullptr);
}

TEST_F(FlowMapTest, PeersAreEverybodyElseWithAnAddress) {
  map_.set_container(1, container("web", "web", "10.88.0.2"));
  map_.set_container(2, container("db", "db", "10.88.0.3"));
  map_.set_container(3, container("gone", "gone", "10.88.0.4"));
  map_.remove_container(3);
  map_.set_host_addresses(std::vector{ip("10.88.0.1")});
  const auto peers = map_.peers_of(1);
  ASSERT_THAT(peers, SizeIs(2));
  EXPECT_EQ(peers[0].identity->kind, FlowIdentity::Kind::host);
  EXPECT_EQ(peers[1].container->name, "db");
}

TEST(FlowMap, IsBounded) {
  AddressNames names;
  FlowMap map(names, {.identities = 40,
                      .edges = 30,
                      .listeners = 2,
                      .peers_outside = 4,
                      .networks_outside = 2,
                      .workloads = 3,
                      .learned_addresses = 1,
                      .recently_gone = 2});
  EventRecord record;
  record.has_object = true;
  record.object.type = EventObject::Type::ipv4;
  record.object.protocol = model::protocol::tcp;
  record.cgroup = 1;
  map.set_container(1, container("scan", "scan", ""));
  for (unsigned i = 0; i < 1000; ++i) {
    record.object.remote = ip(fmt::format("203.0.{}.{}", i / 250, i % 250));
    record.object.remote_port = 80;
    map.apply(record, {}, "");
  }
  auto graph = map.graph();
  std::vector<std::string> networks;
  for (const auto& identity : graph.identities) {
    if (identity.kind == FlowIdentity::Kind::world) networks.push_back(to_text(identity.network));
  }
  EXPECT_THAT(networks, ElementsAre("0.0.0.0/0", "203.0.0.0/24", "203.0.0.0/32", "203.0.0.1/32", "203.0.0.2/32",
                                    "203.0.0.3/32", "203.0.1.0/24"));
  EXPECT_EQ(graph.not_kept, 0U);
  for (std::uint16_t port = 1; port < 1000; ++port) {
    record.object.remote_port = record.object.local_port = port;
    map.apply(record, {}, "");
    map.apply(record, {.kind = Kind::listen}, "");
  }
  EXPECT_THAT(map.graph().edges, SizeIs(30));
  EXPECT_THAT(map.graph().listeners, SizeIs(2));
  EXPECT_GT(map.graph().not_kept, 900U);
  for (std::uint64_t cgroup = 10; cgroup < 1000; ++cgroup) {
    map.set_container(cgroup, container(fmt::format("c{}", cgroup), "many", ""));
    map.remove_container(cgroup);
  }
  EXPECT_EQ(map.end_of(900).identity, nullptr) << "long gone";
  EXPECT_NE(map.end_of(999).identity, nullptr);
  EXPECT_EQ(map.end_of(999).identity->workload, "") << "too many names of one image";
}

}  // namespace
}  // namespace doorman::derive

// SPDX-License-Identifier: Apache-2.0
#include "derive/learned_flows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/flow_policy.h"

namespace doorman::derive {
namespace {

using model::FlowEntry;
using model::FlowIdentity;
using model::FlowMode;
using testing::IsEmpty;
using testing::SizeIs;
using Act = FlowEntry::Act;
constexpr std::uint8_t tcp = model::protocol::tcp, udp = model::protocol::udp;

base::IpAddress ip(std::string_view text) { return base::IpAddress::parse(text).value(); }

class LearnedFlowsTest : public testing::Test {
 protected:
  LearnedFlowsTest() {
    web_.image_id = "sha256:web";
    db_.image_id = "sha256:db";
    db_.repository = "example/db";
    db_.labels = {{"app", "db"}};
    web_id_ = identity_of(web_);
    db_id_ = identity_of(db_);
    world_.name = "api.example";
  }
  model::Flow flow(const FlowIdentity& to, std::uint16_t port, std::uint8_t protocol = tcp) const {
    model::Flow made;
    made.protocol = protocol;
    made.source.identity = &web_id_;
    made.destination.identity = &to;
    made.destination.port = port;
    return made;
  }
  [[nodiscard]] model::FlowPolicy policy(std::span<const model::FlowEnd> peers) const {
    model::FlowEnd self;
    self.identity = &web_id_;
    self.container = &web_;
    return {FlowMode::protect, flows_.entries(self, 1, peers, names_)};
  }

  model::Container web_, db_;
  FlowIdentity web_id_, db_id_, world_;
  LearnedFlows flows_;
  AddressNames names_;
};

TEST_F(LearnedFlowsTest, DiscoverLearnsMonitorTellsWhatIsNew) {
  EXPECT_EQ(flows_.note(flow(db_id_, 5432), FlowMode::monitor), false);
  EXPECT_EQ(flows_.note(flow(db_id_, 5432), FlowMode::discover), false) << "learned now";
  EXPECT_EQ(flows_.note(flow(db_id_, 5432), FlowMode::monitor), true);
  EXPECT_EQ(flows_.note(flow(db_id_, 5433), FlowMode::protect), false);
  EXPECT_EQ(flows_.note(flow(world_, 5432), FlowMode::monitor), false);
  EXPECT_TRUE(flows_.take_changed());
  EXPECT_FALSE(flows_.take_changed());
  auto refused = flow(db_id_, 5434);
  refused.verdict = model::FlowRecord::Verdict::refused;
  EXPECT_EQ(flows_.note(refused, FlowMode::discover), false);
  EXPECT_EQ(flows_.note(refused, FlowMode::discover), false) << "what was refused teaches nothing";
  const FlowIdentity unknown;
  auto of_nobody = flow(db_id_, 1);
  of_nobody.source.identity = &unknown;
  EXPECT_EQ(flows_.note(of_nobody, FlowMode::discover), std::nullopt);
}

TEST_F(LearnedFlowsTest, APeerIsKnownWhenItsImageIsAnother) {
  flows_.note(flow(db_id_, 5432), FlowMode::discover);
  auto newer = db_;
  newer.image_id = "sha256:newer";
  const FlowIdentity newer_id = identity_of(newer);
  EXPECT_EQ(flows_.note(flow(newer_id, 5432), FlowMode::monitor), true);
  newer.repository = "elsewhere/db";
  const FlowIdentity other = identity_of(newer);
  EXPECT_EQ(flows_.note(flow(other, 5432), FlowMode::monitor), false);
}

TEST_F(LearnedFlowsTest, WhoComesFromOutsideIsHowFarAway) {
  auto inbound = flow(web_id_, 80);
  FlowIdentity one, two;
  one.network = base::IpNetwork::parse("198.51.100.1").value();
  two.network = base::IpNetwork::parse("198.51.100.2").value();
  inbound.source.identity = &one;
  inbound.is_told_by_destination = true;
  inbound.exposure = model::FlowExposure::internet;
  flows_.note(inbound, FlowMode::discover);
  inbound.source.identity = &two;
  EXPECT_EQ(flows_.note(inbound, FlowMode::monitor), true);
  inbound.exposure = model::FlowExposure::private_net;
  EXPECT_EQ(flows_.note(inbound, FlowMode::monitor), false);
}

TEST_F(LearnedFlowsTest, EntriesLeadToWherePeersAreNow) {
  flows_.note(flow(db_id_, 5432), FlowMode::discover);
  flows_.note(flow(world_, 443), FlowMode::discover);
  FlowIdentity somewhere;
  somewhere.network = base::IpNetwork::parse("192.0.2.0/24").value();
  flows_.note(flow(somewhere, 53, udp), FlowMode::discover);
  flows_.note_listen("sha256:web", tcp, 80, FlowMode::discover);
  model::DnsAnswer answer;
  answer.name = "api.example";
  answer.addresses.push_back({ip("203.0.113.9"), 60});
  names_.learn(1, answer, 1);
  names_.learn(2, answer, 1);
  model::FlowEnd db;
  db.identity = &db_id_;
  db.address = ip("10.88.0.7");
  const auto made = policy(std::vector{db});
  const auto act = [&](std::uint8_t protocol, std::uint16_t port, std::string_view address) {
    return judge(made, false, protocol, port, ip(address));
  };
  EXPECT_EQ(act(tcp, 5432, "10.88.0.7"), Act::allow);
  EXPECT_EQ(act(tcp, 5433, "10.88.0.7"), Act::by_mode);
  EXPECT_EQ(act(tcp, 5432, "10.88.0.8"), Act::by_mode);
  EXPECT_EQ(act(tcp, 443, "203.0.113.9"), Act::allow);
  EXPECT_EQ(act(tcp, 443, "203.0.113.8"), Act::by_mode);
  EXPECT_EQ(flows_.names("sha256:web"), (std::vector<model::FlowName>{{tcp, 443, "api.example"}}));
  EXPECT_EQ(act(udp, 53, "192.0.2.77"), Act::allow);
  EXPECT_EQ(act(tcp, 9, "127.0.0.1"), Act::allow);
  EXPECT_EQ(act(tcp, 9, "::1"), Act::allow);
  EXPECT_EQ(judge(made, true, tcp, 80, ip("0.0.0.0")), Act::allow);
  EXPECT_EQ(judge(made, true, tcp, 80, ip("::")), Act::allow);
  EXPECT_EQ(judge(made, true, tcp, 81, ip("::")), Act::by_mode);
  web_.host_network = true;
  EXPECT_EQ(judge(policy({}), false, tcp, 9, ip("127.0.0.1")), Act::by_mode) << "the host's loopback";
}

TEST_F(LearnedFlowsTest, ThereAndBack) {
  flows_.note(flow(db_id_, 5432), FlowMode::discover);
  flows_.note(flow(world_, 443), FlowMode::discover);
  flows_.note_listen("sha256:web", udp, 53, FlowMode::discover);
  const std::string text = flows_.to_json();
  const auto back = LearnedFlows::from_json(text);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(back->of("sha256:web"), flows_.of("sha256:web"));
  EXPECT_THAT(back->of("sha256:web"), SizeIs(3));
  EXPECT_EQ(back->to_json(), text);
  for (
      const char* const wrong :
      {"", "[]", R"({"version":2})", R"({"version":1,"images":[{}]})",
       R"({"version":1,"images":[{"digest":"d","flows":[{"what":"x"}]}]})",
       R"({"version":1,"images":[{"digest":"d","flows":[{"what":"connect","protocol":6,"port":65536}]}]})",
       R"({"version":1,"images":[{"digest":"d","flows":[{"what":"connect","protocol":6,"port":1,"network":"x"}]}]})"}) {
    EXPECT_FALSE(LearnedFlows::from_json(wrong).ok()) << wrong;
  }
}

TEST_F(LearnedFlowsTest, IsBounded) {
  LearnedFlows flows({.images = 2, .flows = 3});
  for (std::uint16_t port = 1; port <= 5; ++port) flows.note_listen("a", tcp, port, FlowMode::discover);
  for (const char* const digest : {"b", "c"}) flows.note_listen(digest, tcp, 1, FlowMode::discover);
  EXPECT_THAT(flows.of("a"), SizeIs(3));
  EXPECT_THAT(flows.of("c"), IsEmpty());
  EXPECT_EQ(flows.not_kept(), 3U);
  flows.forget("a");
  EXPECT_THAT(flows.of("a"), IsEmpty());
}

}  // namespace
}  // namespace doorman::derive

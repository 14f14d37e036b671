// SPDX-License-Identifier: Apache-2.0
#include "policy/lower/flows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/flow_record.h"
#include "policy/engine/engine.h"
#include "policy/load/load.h"
#include "policy/lower/flow_regions.h"

namespace doorman::policy {
namespace {

using model::FlowEntry;
using model::FlowMode;
using model::FlowPolicy;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Act = FlowEntry::Act;
constexpr std::uint8_t tcp = model::protocol::tcp, udp = model::protocol::udp, icmp = model::protocol::icmp;

base::IpAddress ip(std::string_view text) { return base::IpAddress::parse(text).value(); }
base::IpNetwork net(std::string_view text) { return base::IpNetwork::parse(text).value(); }

model::Container container(std::string name) {
  model::Container made;
  made.name = name;
  made.labels = {{"app", name}};
  made.image_id = "sha256:" + name;
  made.repository = "registry.example/" + name;
  return made;
}

/// web at 10.88.0.2 beside db, 10.88.0.3 and fd00::3, and the host, 10.88.0.1; evil.example is known to be at
/// 203.0.113.66.
class LowerFlows : public testing::Test {
 protected:
  LowerFlows() {
    host_.kind = model::FlowIdentity::Kind::host;
    around_.mode = FlowMode::protect;
    around_.self.identity = &web_id_;
    around_.self.container = &web_;
    around_.self.trust = 30;
    around_.private_networks = private_;
    peers_ = {end(db_id_, &db_, "10.88.0.3"), end(db_id_, &db_, "fd00::3"), end(host_, nullptr, "10.88.0.1"),
              end(world_, nullptr, "203.0.113.66")};
    peers_.back().name = "evil.example";
    peers_.front().risk = 80;
    around_.peers = peers_;
  }
  static model::FlowEnd end(const model::FlowIdentity& identity, const model::Container* who, std::string_view at) {
    model::FlowEnd made;
    made.identity = &identity;
    made.container = who;
    made.address = ip(at);
    return made;
  }

  LoweredFlows lower(const std::vector<std::string>& conditions) {
    std::string text;
    for (const std::string& condition : conditions) {
      text += "- rule: r" + std::to_string(text.size()) +
              "\n  desc: d\n  priority: INFO\n  output: o\n  source: flow\n  action: deny\n  condition: >\n    " +
              condition + "\n";
    }
    Loaded loaded = load_rules({{"rules.yaml", text}});
    EXPECT_TRUE(loaded.ok()) << text;
    std::vector<Diagnostic> diagnostics;
    const auto engine = Engine::compile(loaded.rules, diagnostics);
    EXPECT_NE(engine, nullptr) << text;
    around_.known = known_;
    auto lowered = lower_flows(loaded.rules, around_);
    EXPECT_TRUE(lowered.ok());
    return std::move(lowered).value();
  }
  static Act act(const LoweredFlows& lowered, std::uint8_t protocol, std::uint16_t port, std::string_view address) {
    return judge(lowered.policy, false, protocol, port, ip(address));
  }

  model::Container web_ = container("web"), db_ = container("db");
  model::FlowIdentity web_id_ = identity_of(web_), db_id_ = identity_of(db_), host_, world_;
  std::vector<model::FlowEnd> peers_;
  std::vector<base::IpNetwork> private_ = {net("10.0.0.0/8"), net("fc00::/7")};
  std::vector<FlowEntry> known_;
  FlowSurroundings around_;
};

TEST_F(LowerFlows, NetworksAndPorts) {
  const auto lowered = lower({"flow.src.label[app] = web and flow.dst.network in (169.254.169.254/32)",
                              "flow.dst.network in (10.0.0.0/8) and not flow.dst.network in (10.88.0.0/16) and "
                              "flow.protocol = tcp and flow.dst.port in (22, 3389)",
                              "flow.src.label[app] = db"});
  EXPECT_THAT(lowered.judged_late, IsEmpty());
  EXPECT_EQ(act(lowered, udp, 80, "169.254.169.254"), Act::refuse);
  EXPECT_EQ(act(lowered, icmp, 0, "169.254.169.254"), Act::refuse);
  EXPECT_EQ(act(lowered, tcp, 22, "169.254.169.254"), Act::refuse);
  EXPECT_EQ(act(lowered, udp, 80, "169.254.169.253"), Act::by_mode);
  EXPECT_EQ(act(lowered, tcp, 22, "10.1.2.3"), Act::refuse);
  EXPECT_EQ(act(lowered, tcp, 22, "10.88.2.3"), Act::by_mode);
  EXPECT_EQ(act(lowered, tcp, 23, "10.1.2.3"), Act::by_mode);
  EXPECT_EQ(act(lowered, udp, 22, "10.1.2.3"), Act::by_mode);
  EXPECT_EQ(act(lowered, tcp, 22, "::1"), Act::by_mode);
}

TEST_F(LowerFlows, WhoeverIsKnownToHaveAnAddress) {
  const auto lowered = lower({"flow.dst.label[app] = db and flow.dst.port != 5432", "flow.dst.name = evil.example",
                              "flow.dst.risk > 70 and flow.src.trust < 50 and flow.protocol = udp"});
  EXPECT_EQ(act(lowered, tcp, 5432, "10.88.0.3"), Act::by_mode);
  EXPECT_EQ(act(lowered, tcp, 5433, "10.88.0.3"), Act::refuse);
  EXPECT_EQ(act(lowered, tcp, 5433, "fd00::3"), Act::refuse);
  EXPECT_EQ(act(lowered, udp, 5432, "10.88.0.3"), Act::refuse);
  EXPECT_EQ(act(lowered, udp, 5432, "fd00::3"), Act::by_mode);
  EXPECT_EQ(act(lowered, tcp, 1, "203.0.113.66"), Act::refuse);
  EXPECT_EQ(act(lowered, tcp, 1, "203.0.113.67"), Act::by_mode);
}

TEST_F(LowerFlows, WhatIsKnownIsAllowedUnlessARuleRefuses) {
  known_ = {{tcp, 443, net("0.0.0.0/0"), Act::allow, false},
            {tcp, 5432, net("10.88.0.3"), Act::allow, false},
            {0, 0, net("127.0.0.0/8"), Act::allow, false},
            {udp, 53, net("0.0.0.0/0"), Act::allow, true}};
  const auto lowered = lower({"flow.dst.network in (203.0.113.0/24)"});
  EXPECT_EQ(act(lowered, tcp, 443, "198.51.100.1"), Act::allow);
  EXPECT_EQ(act(lowered, tcp, 443, "203.0.113.5"), Act::refuse);
  EXPECT_EQ(act(lowered, tcp, 80, "203.0.113.5"), Act::refuse);
  EXPECT_EQ(act(lowered, tcp, 80, "198.51.100.1"), Act::by_mode);
  EXPECT_EQ(act(lowered, tcp, 5432, "10.88.0.3"), Act::allow);
  EXPECT_EQ(act(lowered, tcp, 5432, "10.88.0.4"), Act::by_mode);
  EXPECT_EQ(act(lowered, tcp, 5432, "127.0.0.1"), Act::allow) << "what is known of all ports is known of this one";
  EXPECT_EQ(judge(lowered.policy, true, udp, 53, ip("0.0.0.0")), Act::allow);
  EXPECT_EQ(judge(lowered.policy, true, udp, 54, ip("0.0.0.0")), Act::by_mode);
}

TEST_F(LowerFlows, WhatIsNewAsARuleSaysIt) {
  known_ = {{tcp, 443, net("198.51.100.1"), Act::allow, false}};
  around_.mode = FlowMode::monitor;
  const auto lowered = lower({"not flow.known = true and flow.exposure = internet"});
  EXPECT_EQ(act(lowered, tcp, 443, "198.51.100.1"), Act::allow);
  EXPECT_EQ(act(lowered, tcp, 443, "198.51.100.2"), Act::refuse);
  EXPECT_EQ(act(lowered, tcp, 443, "10.1.1.1"), Act::by_mode) << "private";
  EXPECT_EQ(act(lowered, tcp, 443, "10.88.0.3"), Act::by_mode) << "a container";
  EXPECT_EQ(act(lowered, tcp, 443, "127.0.0.1"), Act::by_mode);
}

TEST_F(LowerFlows, WhatTheKernelCannotJudgeIsSaid) {
  const auto lowered = lower({"flow.src.process = curl", "flow.dst.port = 80", "flow.dst.port < 1024",
                              "flow.bytes_sent > 1000000", "flow.src.network in (10.0.0.0/8)"});
  EXPECT_THAT(lowered.judged_late, ElementsAre(0U, 2U, 3U, 4U));
  EXPECT_EQ(act(lowered, tcp, 80, "1.2.3.4"), Act::refuse);
  EXPECT_EQ(act(lowered, tcp, 81, "1.2.3.4"), Act::by_mode);
  const Loaded loaded = load_rules({{"rules.yaml",
                                     "- rule: r\n  desc: d\n  priority: INFO\n  output: o\n  source: flow\n  "
                                     "condition: flow.src.process = curl\n"}});
  EXPECT_THAT(why_judged_late(loaded.rules.rules.front()), HasSubstr("flow.src.process is not known before"));
}

TEST_F(LowerFlows, NothingToSayNeedsNoEntry) {
  EXPECT_THAT(lower({}).policy.entries, IsEmpty());
  EXPECT_THAT(lower({"flow.src.label[app] = db and flow.dst.port = 22"}).policy.entries, IsEmpty());
  EXPECT_THAT(lower({"flow.dst.port exists and flow.src.label[app] = web"}).policy.entries, SizeIs(6))
      << "tcp, udp and sctp, in both families";
  around_.mode = FlowMode::off;
  EXPECT_THAT(lower({"flow.dst.port = 22"}).policy.entries, IsEmpty());
}

TEST_F(LowerFlows, EntriesAreBounded) {
  for (unsigned i = 0; i < FlowPolicy::max_entries + 1; ++i) {
    base::IpAddress address = ip("10.0.0.0");
    address.bytes[1] = static_cast<std::uint8_t>(i >> 8U);
    address.bytes[2] = static_cast<std::uint8_t>(i);
    known_.push_back({tcp, 80, {address, 32}, Act::allow, false});
  }
  around_.known = known_;
  const auto lowered = lower_flows({}, around_);
  ASSERT_FALSE(lowered.ok());
  EXPECT_EQ(lowered.error().code(), base::ErrorCode::limit);
}

/// The entries must say of every connection what the rules say of it.
TEST_F(LowerFlows, EntriesAgreeWithRulesEverywhere) {
  const std::vector<std::string> conditions = {
      "flow.dst.network in (10.88.0.0/30, 10.88.0.2/32) and flow.dst.port in (80, 443)",
      "not flow.dst.network in (10.0.0.0/8, fd00::/8) and flow.protocol != udp and flow.dst.identity = world",
      "flow.dst.label[app] = db and not (flow.protocol = tcp and flow.dst.port = 5432)",
      "flow.exposure = internet and not (flow.dst.name = evil.example or flow.dst.port = 53)",
      "flow.dst.address = 10.88.0.1 and flow.dst.port != 53 and flow.protocol in (tcp, udp)",
  };
  const char* const addresses[] = {"10.88.0.0", "10.88.0.1",     "10.88.0.2", "10.88.0.3",    "10.88.0.4",
                                   "10.0.0.0",  "9.255.255.255", "11.0.0.0",  "203.0.113.66", "203.0.113.67",
                                   "fd00::3",   "fd00::4",       "fe00::1",   "2001:db8::1",  "255.255.255.255"};
  for (const std::string& condition : conditions) {
    const auto lowered = lower({condition});
    ASSERT_THAT(lowered.judged_late, IsEmpty()) << condition;
    const Loaded loaded = load_rules({{"r",
                                       "- rule: r\n  desc: d\n  priority: INFO\n  output: o\n  source: flow\n"
                                       "  condition: " +
                                           condition + "\n"}});
    for (const char* const address : addresses) {
      for (const std::uint8_t protocol : {tcp, udp, icmp}) {
        for (const std::uint16_t port : std::initializer_list<std::uint16_t>{1, 53, 80, 443, 5432, 60000}) {
          model::Flow flow;
          flow.source = around_.self;
          flow.protocol = protocol;
          flow.destination = end(world_, nullptr, address);
          for (const auto& peer : peers_) {
            if (peer.address == ip(address)) flow.destination = peer;
          }
          flow.destination.port = protocol == icmp ? std::uint16_t{0} : port;
          using Kind = model::FlowIdentity::Kind;
          const Kind kind = flow.destination.identity->kind;
          flow.known = false;
          flow.exposure = kind == Kind::container ? model::FlowExposure::cluster
                          : kind == Kind::host    ? model::FlowExposure::local
                          : net("10.0.0.0/8").contains(ip(address)) || net("fc00::/7").contains(ip(address))
                              ? model::FlowExposure::private_net
                              : model::FlowExposure::internet;
          const model::EventRecord record;
          const model::EventContext context;
          const bool matches = matches_plainly(loaded.rules.rules.front(), model::FlowFacts(flow, record, context));
          EXPECT_EQ(act(lowered, protocol, protocol == icmp ? std::uint16_t{0} : port, address),
                    matches ? Act::refuse : Act::by_mode)
              << condition << " " << address << " " << int{protocol} << " " << port;
        }
      }
    }
  }
}

TEST(FlowRegions, EachHasAnAddressOfItsOwn) {
  const std::vector<base::IpNetwork> networks = {net("10.0.0.0/8"), net("10.0.0.0/9"), net("10.128.0.0/9"),
                                                 net("10.0.0.5"), net("255.255.255.255")};
  const auto regions = regions_of(networks);
  ASSERT_THAT(regions, SizeIs(7));
  EXPECT_EQ(to_text(regions[0].network), "0.0.0.0/0");
  EXPECT_EQ(to_text(*regions[0].an_address), "0.0.0.0");
  EXPECT_EQ(to_text(regions[1].network), "10.0.0.0/8");
  EXPECT_FALSE(regions[1].an_address) << "its halves leave nothing of it";
  EXPECT_EQ(to_text(*regions[2].an_address), "10.0.0.0");
  EXPECT_EQ(regions[3].around, 2U);
  EXPECT_EQ(regions[4].around, 1U);
  EXPECT_EQ(to_text(regions[6].network), "::/0");
}

}  // namespace
}  // namespace doorman::policy

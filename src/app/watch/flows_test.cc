// SPDX-License-Identifier: Apache-2.0
#include "app/watch/flows.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/watch/flow_reading.h"
#include "base/json.h"
#include "base/yaml.h"
#include "model/flow_record.h"
#include "parse/event/guard.h"
#include "parse/event/record.h"
#include "parse/event/write.h"
#include "policy/engine/engine.h"
#include "policy/load/load.h"
#include "sink/flow_policy.h"
#include "sink/flow_text.h"
#include "sink/flows.h"

namespace doorman::app {
namespace {

using model::Container;
using model::EventObject;
using model::EventRecord;
using model::FlowRecord;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Kind = FlowRecord::Kind;

constexpr std::uint64_t boot_time = 1'700'000'000'000'000'000;

Container container(std::string name, const std::string& image, std::string address,
                    Container::Labels labels = {}) {
  Container made;
  made.id = name + "0123456789ab";
  made.name = std::move(name);
  made.image_id = "sha256:" + image;
  made.repository = "registry.example/shop/" + image;
  made.ip = std::move(address);
  made.labels = std::move(labels);
  made.host_network = false;
  return made;
}

/// Records as a log has them.
class Story {
 public:
  Story& starts(std::uint64_t cgroup, const Container& who) {
    parse::event::append_container(records_, cgroup, who);
    return *this;
  }
  Story& tell(std::uint64_t cgroup, Kind kind, std::string_view local, std::uint16_t local_port,
              std::string_view remote, std::uint16_t remote_port, bool is_server = false, FlowRecord flow = {},
              std::uint8_t protocol = model::protocol::tcp) {
    EventRecord record;
    record.cgroup = cgroup;
    record.time = ++time_ * 1'000'000'000;
    record.has_object = true;
    record.object.local = base::IpAddress::parse(local).value();
    record.object.remote = base::IpAddress::parse(remote).value();
    record.object.type = record.object.remote.is_v6 ? EventObject::Type::ipv6 : EventObject::Type::ipv4;
    record.object.local_port = local_port;
    record.object.remote_port = remote_port;
    record.object.protocol = protocol;
    record.object.flags = is_server ? EventObject::server : std::uint16_t{0};
    flow.kind = kind;
    parse::event::append_flow(records_, record, flow);
    return *this;
  }
  Story& connects(std::uint64_t cgroup, std::string_view local, std::string_view remote, std::uint16_t port) {
    return tell(cgroup, Kind::connect, local, 0, remote, port)
        .tell(cgroup, Kind::established, local, 40000, remote, port)
        .tell(cgroup, Kind::closed, local, 40000, remote, port, false, {.sent = 1000, .received = 2000});
  }
  Story& answers(std::uint64_t cgroup, std::string_view name, std::string_view address) {
    std::string message("\0\1\x81\x80\0\1\0\1\0\0\0\0", 12);
    for (std::string_view rest = name; !rest.empty();) {
      const auto label = rest.substr(0, rest.find('.'));
      message += static_cast<char>(label.size());
      message += label;
      rest.remove_prefix(std::min(label.size() + 1, rest.size()));
    }
    message += std::string("\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4", 17);
    const auto bytes = base::IpAddress::parse(address).value().bytes;
    message.append(bytes.begin(), bytes.begin() + 4);
    EventRecord record;
    record.cgroup = cgroup;
    record.time = ++time_ * 1'000'000'000;
    parse::event::append_dns(records_, record, message);
    return *this;
  }

  [[nodiscard]] model::FlowGraph graph() const {
    FlowReading reading;
    reading.map().set_host_addresses(std::vector{base::IpAddress::parse("10.88.0.1").value()});
    base::Bytes rest = records_;
    EventRecord record;
    while (!rest.empty()) {
      EXPECT_TRUE(parse::event::decode(rest, record).ok());
      EXPECT_TRUE(reading.take(rest.substr(0, record.size), boot_time).ok());
      rest.remove_prefix(record.size);
    }
    return reading.map().graph();
  }

 private:
  std::string records_;
  std::uint64_t time_ = 0;
};

/// A small shop: web and two replicas of it, db, a job without labels that shares its image with another, and
/// somebody who was refused.
model::FlowGraph shop() {
  Story story;
  story.starts(1, container("web-1", "web", "10.88.0.2", {{"app", "web"}, {"tier", "front"}, {"nr", "1"}}))
      .starts(2, container("web-2", "web", "10.88.0.3", {{"app", "web"}, {"tier", "front"}, {"nr", "2"}}))
      .starts(3, container("db", "db", "10.88.0.4", {{"app", "db"}, {"tier", "back"}}))
      .starts(4, container("cache", "cache", "10.88.0.5", {{"app", "cache"}, {"tier", "back"}}))
      .starts(5, container("nightly", "tools", "10.88.0.6"))
      .starts(6, container("weekly", "tools", "10.88.0.7"))
      .tell(1, Kind::established, "10.88.0.2", 8080, "198.51.100.9", 50000, true)
      .tell(2, Kind::established, "10.88.0.3", 8080, "10.88.0.1", 50001, true)
      .connects(1, "10.88.0.2", "10.88.0.4", 5432)
      .connects(2, "10.88.0.3", "10.88.0.4", 5432)
      .tell(3, Kind::listen, "0.0.0.0", 5432, "0.0.0.0", 0)
      .tell(3, Kind::established, "10.88.0.4", 5432, "10.88.0.2", 40000, true)
      .connects(1, "10.88.0.2", "10.88.0.5", 6379)
      .tell(1, Kind::send, "0.0.0.0", 0, "10.88.0.1", 53, false, {.repeats = 7}, model::protocol::udp)
      .answers(1, "api.example", "203.0.113.5")
      .connects(1, "10.88.0.2", "203.0.113.5", 443)
      .connects(5, "10.88.0.6", "2001:db8::7", 22)
      .connects(6, "10.88.0.7", "192.168.1.9", 445)
      .connects(4, "127.0.0.1", "127.0.0.1", 6379)
      .tell(5, Kind::connect, "0.0.0.0", 0, "10.88.0.4", 5432, false, {.verdict = FlowRecord::Verdict::refused});
  return story.graph();
}

/// The edges once more as connections that rules are asked about.
std::vector<std::string> matches_of(const model::FlowGraph& graph, const std::string& rules) {
  policy::Loaded loaded = policy::load_rules({{"suggested.yaml", rules}});
  std::vector<policy::Diagnostic> diagnostics = loaded.diagnostics;
  const auto engine = policy::Engine::compile(loaded.rules, diagnostics);
  EXPECT_THAT(diagnostics, IsEmpty()) << (diagnostics.empty() ? "" : diagnostics.front().message) << "\n" << rules;
  if (engine == nullptr) return {"no rules"};
  policy::Evaluator evaluator(engine);
  std::vector<std::string> matched;
  for (const model::FlowEdge& edge : graph.edges) {
    if (edge.refused > 0 && edge.connections == 0) continue;
    model::Flow flow;
    flow.protocol = edge.protocol;
    flow.direction = edge.direction;
    flow.exposure = edge.exposure;
    flow.source.identity = &graph.identities[edge.source];
    flow.destination.identity = &graph.identities[edge.destination];
    flow.destination.name = flow.destination.identity->name;
    flow.destination.port = edge.port;
    if (!edge.addresses.empty()) {
      (edge.direction == model::FlowDirection::inbound ? flow.source : flow.destination).address =
          edge.addresses.front();
    }
    const EventRecord record;
    const model::EventContext context;
    for (const std::uint32_t rule : evaluator.match(model::FlowFacts(flow, record, context))) {
      matched.push_back(engine->rules().rules[rule].name);
    }
  }
  return matched;
}

TEST(Flows, TableTellsEastWestAndNorthSouth) {
  const std::string table = sink::flows_table(shop(), {});
  EXPECT_THAT(table, HasSubstr("5 workloads, 9 flows"));
  EXPECT_THAT(table, HasSubstr("East-west: between containers"));
  EXPECT_THAT(table, ContainsRegex("web +db +tcp 5432 +2 +- +6.00 kB +2023-11-14 22:1"));
  EXPECT_THAT(table, ContainsRegex("nightly +db +tcp 5432 +0 +1 "));
  EXPECT_THAT(table, ContainsRegex("web +api.example +tcp 443"));
  EXPECT_EQ(table, sink::flows_table(shop(), {})) << "the same every time";
}

TEST(Flows, JsonHoldsEverything) {
  const auto json = base::JsonDocument::parse(sink::flows_json(shop())).value();
  const auto identities = json.root()["identities"].items();
  bool has_db = false;
  for (const auto& edge : json.root()["edges"].items()) {
    const auto to = identities.at(static_cast<std::size_t>(edge["destination"].integer().value_or(0)));
    const auto from = identities.at(static_cast<std::size_t>(edge["source"].integer().value_or(0)));
    if (to["workload"].string_or("") != "db" || from["workload"].string_or("") != "web") continue;
    has_db = true;
    EXPECT_EQ(edge["connections"].integer(), 2);
    EXPECT_EQ(edge["direction"].string_or(""), "internal");
    EXPECT_EQ(edge["exposure"].string_or(""), "cluster");
    EXPECT_EQ(from["labels"]["app"].string_or(""), "web");
    EXPECT_FALSE(from["labels"]["nr"].exists()) << "not all replicas have it";
  }
  EXPECT_TRUE(has_db);
}

TEST(Flows, PicturesAreClosedAndTheSameEveryTime) {
  const std::string svg = sink::flows_svg(shop()), dot = sink::flows_dot(shop());
  EXPECT_EQ(svg, sink::flows_svg(shop()));
  EXPECT_THAT(svg, AllOf(HasSubstr(">web<"), HasSubstr(">api.example<"), HasSubstr("class=\"line refused\"")));
  EXPECT_THAT(dot, AllOf(HasSubstr("label=\"web\""), HasSubstr("label=\"tcp 5432\", color=red")));
  EXPECT_THAT(sink::flows_svg({}), HasSubstr("</svg>"));
  EXPECT_THAT(sink::flows_dot({}), HasSubstr("digraph"));
  EXPECT_THAT(sink::flows_table({}, {}), HasSubstr("0 workloads, 0 flows"));
}

TEST(Flows, HostileNamesReachNobodyRaw) {
  const std::string evil = "a\x1b[31m\"]];x -> y</text><script>&amp;\\n%u'\xe2\x80\xae\n---\xff";
  Story story;
  auto one =
      container(evil, "evil", "10.88.0.2", {{"app", evil}, {evil, "x"}, {"com.docker.compose.project", evil}});
  one.pod_namespace = one.pod_name = evil;
  one.repository += evil;
  story.starts(1, one)
      .starts(2, container("db", "db", "10.88.0.4", {{"app", "db"}}))
      .connects(1, "10.88.0.2", "10.88.0.4", 5432)
      .connects(2, "10.88.0.4", "10.88.0.2", 80)
      .answers(1, "e\x1b[2J<x>'", "203.0.113.5")
      .connects(1, "10.88.0.2", "203.0.113.5", 443);
  const auto graph = story.graph();
  for (const std::string& text :
       {sink::flows_table(graph, {}), sink::flows_svg(graph), sink::flows_dot(graph), sink::flows_json(graph),
        sink::suggested_policy(graph), sink::suggested_network_policies(graph)}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\n---\\xff")));
  }
  for (const std::string& text : {sink::flows_svg(graph), sink::flows_table(graph, {}), sink::flows_dot(graph)}) {
    EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
  }
  EXPECT_THAT(sink::flows_svg(graph), Not(HasSubstr("<script")));
  EXPECT_THAT(sink::flows_dot(graph), Not(HasSubstr("\"]];")));
  EXPECT_THAT(matches_of(graph, sink::suggested_policy(graph)), IsEmpty());
  EXPECT_TRUE(base::YamlDocument::parse(sink::suggested_network_policies(graph)).ok());
}

TEST(Flows, TheSuggestedPolicyFitsTheMapItWasMadeOf) {
  const auto graph = shop();
  const std::string rules = sink::suggested_policy(graph);
  EXPECT_THAT(matches_of(graph, rules), IsEmpty()) << rules;
  EXPECT_THAT(rules, HasSubstr("flow.src.label[app] = 'web'"));
  EXPECT_THAT(rules, HasSubstr("flow.dst.label[app] = 'db' and flow.protocol = tcp and flow.dst.port in (5432)"));
  EXPECT_THAT(rules, HasSubstr("flow.src.image.digest = 'sha256:tools' and flow.src.workload = 'nightly'"));
  EXPECT_THAT(rules, Not(HasSubstr("'registry.example/shop/web'"))) << "labels are enough";
}

TEST(Flows, TheSuggestedPolicyRefusesWhatWasNotSeen) {
  const std::string rules = sink::suggested_policy(shop());
  auto other = shop();
  const auto find = [&](std::string_view workload) {
    return static_cast<std::uint32_t>(
        std::ranges::find(other.identities, workload, &model::FlowIdentity::workload) - other.identities.begin());
  };
  model::FlowEdge edge;
  edge.source = find("cache");
  edge.destination = find("db");
  edge.protocol = model::protocol::tcp;
  edge.port = 5432;
  edge.connections = 1;
  edge.direction = model::FlowDirection::internal;
  edge.exposure = model::FlowExposure::cluster;
  other.edges = {edge};
  EXPECT_THAT(matches_of(other, rules), testing::ElementsAre("cache speaks to a stranger"));
  other.edges.front().source = find("web");
  EXPECT_THAT(matches_of(other, rules), IsEmpty());
  other.edges.front().port = 5433;
  EXPECT_THAT(matches_of(other, rules), testing::ElementsAre("web speaks to a stranger"));
  other.edges.front().protocol = model::protocol::udp;
  other.edges.front().port = 5432;
  EXPECT_THAT(matches_of(other, rules), testing::ElementsAre("web speaks to a stranger"));
}

TEST(Flows, NetworkPoliciesAreObjectsOfTheirKind) {
  const std::string text = sink::suggested_network_policies(shop());
  EXPECT_THAT(text, HasSubstr("podSelector:\n    matchLabels:\n      \"app\": \"db\""));
  EXPECT_THAT(text, HasSubstr("# nightly: no label tells it from the others"));
  std::size_t objects = 0;
  for (std::size_t at = text.find("---\n"); at != std::string::npos;) {
    const std::size_t next = text.find("---\n", at + 4);
    const auto parsed =
        base::YamlDocument::parse(text.substr(at + 4, next == std::string::npos ? next : next - at - 4));
    ASSERT_TRUE(parsed.ok()) << parsed.error().message() << "\n" << text;
    ++objects;
    at = next;
  }
  EXPECT_EQ(objects, 3U);
}

}  // namespace
}  // namespace doorman::app

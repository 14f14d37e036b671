// SPDX-License-Identifier: Apache-2.0
#include "app/guard/watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app/guard/rules.h"
#include "parse/event/guard.h"
#include "parse/event/record.h"
#include "parse/event/write.h"

namespace doorman::app {
namespace {

using model::EventRecord;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t web_group = 77, db_group = 78, second = 1'000'000'000;

/// A watcher whose words and records are kept.
class WatcherTest : public testing::Test {
 protected:
  WatcherTest() {
    Watcher::Settings settings;
    settings.rules = open_event_rules({}).value().engine;
    settings.hostname = "node";
    settings.keeps_lives = true;
    settings.hooks.tell = [this](const sink::Alert& alert) { told.push_back(sink::alert_text(alert)); };
    settings.hooks.keep = [this](base::Bytes record) { kept.emplace_back(record); };
    settings.hooks.act = [this](const policy::Rule& rule, const EventRecord&, const model::Process*) {
      asked_to_act.push_back(rule.name);
      return model::Action::kill;
    };
    settings.hooks.host_program = [](const model::Process& process) {
      using Answer = derive::HostBaseline::Answer;
      const bool stranger = process.program->exe_path == "/tmp/x";
      return stranger ? std::optional(Answer::of_nobody) : std::nullopt;
    };
    watcher.emplace(std::move(settings));
    container(web_group, "web", "10.0.0.1");
    container(db_group, "db", "10.0.0.2");
    kept.clear();
  }

  void container(std::uint64_t cgroup, std::string name, std::string ip) {
    model::Container made;
    made.id = name + std::string(60, '0');
    made.name = std::move(name);
    made.image = "shop/" + made.name + ":1";
    made.image_id = "sha256:" + std::string(64, 'a');
    made.ip = std::move(ip);
    std::string bytes;
    parse::event::append_container(bytes, cgroup, made);
    watcher->take(bytes);
  }

  static EventRecord of_web(EventRecord::Kind kind) {
    EventRecord record;
    record.kind = kind;
    record.cgroup = web_group;
    record.pid = record.tid = 10;
    record.start = 5;
    record.time = second;
    return record;
  }

  void exec(std::string_view path, bool upper, std::uint64_t cgroup = web_group) {
    EventRecord record = of_web(EventRecord::Kind::exec);
    record.cgroup = cgroup;
    record.type = model::EventType::execve;
    model::ProcessChange change;
    change.state.emplace();
    change.state->key = {5, 10};
    change.state->exe_upper_layer = upper;
    change.exe_path = path;
    change.comm = "x";
    change.arguments = {"x\0-v\0", 5};
    std::string bytes;
    parse::event::append_process(bytes, record, change);
    watcher->take(bytes);
  }

  void drift(model::DriftRecord::Done done, std::uint64_t time = second) {
    EventRecord record = of_web(EventRecord::Kind::drift);
    record.time = time;
    record.has_object = true;
    record.object.type = model::EventObject::Type::file;
    record.object.inode = 9;
    std::string bytes;
    parse::event::append_drift(
        bytes, record, {"/tmp/x\n", "./x", model::DriftRecord::Reason::written, done, model::DriftMode::deny});
    watcher->take(bytes);
  }

  void flow(model::FlowRecord::Verdict verdict) {
    EventRecord record = of_web(EventRecord::Kind::flow);
    record.has_object = true;
    record.object.type = model::EventObject::Type::ipv4;
    record.object.protocol = 6;
    record.object.local = *base::IpAddress::parse("10.0.0.1");
    record.object.remote = *base::IpAddress::parse("10.0.0.2");
    record.object.remote_port = 5432;
    std::string bytes;
    parse::event::append_flow(bytes, record, {model::FlowRecord::Kind::connect, verdict, 2, 0, 0});
    watcher->take(bytes);
  }

  std::vector<std::string> told, kept, asked_to_act;
  std::optional<Watcher> watcher;
};

TEST_F(WatcherTest, RulesSpeakAboutEventsAndWhatTheySayIsKept) {
  exec("/usr/bin/apt-get", false);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told[0], HasSubstr("Error /usr/bin/apt-get runs in web"));
  ASSERT_THAT(kept, SizeIs(2));
  EventRecord record;
  ASSERT_TRUE(parse::event::decode(kept[1], record).ok());
  EXPECT_EQ(record.kind, EventRecord::Kind::alert);
  EXPECT_EQ(parse::event::decode_alert(record).value().rule, "Package manager runs in a container");
  EXPECT_EQ(watcher->counters().alerts, 1U);
}

TEST_F(WatcherTest, TheHostHasABaselineAndAContainerIsNoneOfIt) {
  exec("/tmp/x", false);
  EXPECT_THAT(told, IsEmpty());
  exec("/tmp/x", false, 0);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told[0], HasSubstr("Notice /tmp/x of the host belongs to no package (command=x -v"));
  exec("/usr/bin/ls", false, 0);
  EXPECT_THAT(told, SizeIs(1));
}

TEST_F(WatcherTest, AnOpeningIsNoNews) {
  EventRecord record = of_web(EventRecord::Kind::exec);
  record.type = model::EventType::execve;
  model::ProcessChange change;
  change.state.emplace();
  change.state->key = {5, 10};
  change.exe_path = "/usr/bin/apt-get";
  std::string bytes;
  parse::event::append_process(bytes, record, change);
  watcher->take_opening(bytes);
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(kept, IsEmpty());
  EXPECT_EQ(watcher->stream().processes().size(), 1U);
}

TEST_F(WatcherTest, DriftIsToldOnceInAWhileAndAlwaysKept) {
  drift(model::DriftRecord::Done::refused);
  drift(model::DriftRecord::Done::refused, 2 * second);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told[0], HasSubstr("Critical /tmp/x\\x0a was written after the container was made in web: refused"));
  EXPECT_THAT(kept, SizeIs(3)) << "two records and one alert";
  EXPECT_EQ(watcher->counters().drift, 2U);
  drift(model::DriftRecord::Done::killed, 2 * second);
  EXPECT_THAT(told, SizeIs(2)) << "another answer is news";
  drift(model::DriftRecord::Done::refused, 2000 * second);
  EXPECT_THAT(told, SizeIs(3)) << "half an hour later";
}

TEST_F(WatcherTest, AFlowThatIsRefusedOrNewIsTold) {
  flow(model::FlowRecord::Verdict::allowed);
  EXPECT_THAT(told, IsEmpty());
  flow(model::FlowRecord::Verdict::refused);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told[0], HasSubstr("web (10.0.0.1) may not speak to db (10.0.0.2) port 5432 (tcp)"));
  EXPECT_THAT(told[0], HasSubstr("2 times before"));
  flow(model::FlowRecord::Verdict::unknown);
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_THAT(told[1], HasSubstr("Notice web (10.0.0.1) spoke to db (10.0.0.2)"));
  EXPECT_EQ(watcher->counters().refused_flows, 1U);
}

TEST_F(WatcherTest, WhatContainersDidIsGivenOnce) {
  exec("/usr/bin/apt-get", false);
  flow(model::FlowRecord::Verdict::refused);
  drift(model::DriftRecord::Done::killed);
  exec("/usr/bin/ls", false, 0);  // of the host
  const auto lives = watcher->take_lives();
  const auto all = lives->all();
  ASSERT_THAT(all, SizeIs(2)) << "web, and db that was told of";
  const auto web = std::ranges::find(all, "web", [](const auto* each) { return each->container.name; });
  ASSERT_NE(web, all.end());
  EXPECT_EQ((*web)->executions, 1U);
  EXPECT_THAT((*web)->peers, SizeIs(1));
  EXPECT_THAT((*web)->drifted, SizeIs(1));
  EXPECT_THAT((*web)->alerted, SizeIs(3));
  EXPECT_THAT(watcher->take_lives()->all(), IsEmpty());
}

TEST_F(WatcherTest, WhatCannotBeReadIsCounted) {
  watcher->take("no record at all, and long enough to be taken for one: 64 bytes or more of it.");
  EXPECT_EQ(watcher->counters().unreadable, 1U);
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(WatcherTest, LossesAddUp) {
  std::string bytes;
  parse::event::append_lost(bytes, of_web(EventRecord::Kind::lost), {model::LostRecord::Cause::ring_full, 5});
  parse::event::append_lost(bytes, of_web(EventRecord::Kind::lost), {model::LostRecord::Cause::over_share, 2});
  watcher->take(bytes);
  EXPECT_EQ(watcher->counters().lost, 7U);
}

}  // namespace
}  // namespace doorman::app

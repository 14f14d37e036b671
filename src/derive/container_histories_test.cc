// SPDX-License-Identifier: Apache-2.0
#include "derive/container_histories.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace doorman::derive {
namespace {

using model::ContainerHistory;
using model::FlowRecord;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::SizeIs;

/// A process of a container, with the program of that path.
struct Runs {
  Runs(std::string_view path, const model::Container* in, const model::Process* parent = nullptr) {
    program.exe_path = path;
    process.program = &program;
    process.parent = parent;
    process.container = in;
  }
  [[nodiscard]] EventStream::Seen seen() const { return {&process, process.container, nullptr}; }

  Runs(const Runs&) = delete;
  Runs& operator=(const Runs&) = delete;

  model::Program program;
  model::Process process;
};

model::EventObject to(std::string_view address, std::uint16_t port) {
  model::EventObject ends;
  ends.protocol = 6;
  ends.remote = *base::IpAddress::parse(address);
  ends.remote_port = port;
  return ends;
}

class ContainerHistoriesTest : public testing::Test {
 protected:
  ContainerHistoriesTest() {
    shop_.id = "5409";
    shop_.name = "shop";
  }

  const ContainerHistory& only() {
    const auto all = histories_.all(nobody_);
    EXPECT_THAT(all, SizeIs(1));
    return *all.front();
  }

  model::Container shop_;
  EventStream nobody_{{}};
  ContainerHistories histories_{{.containers = 4, .programs = 3, .peers = 2, .drifted = 2, .alerted = 2}};
};

TEST_F(ContainerHistoriesTest, WhatRanIsATreeFromTheContainersFirstProcess) {
  const Runs engine("/usr/bin/conmon", nullptr);
  const Runs shell("/bin/sh", &shop_, &engine.process);
  const Runs tool("/bin/tool", &shop_, &shell.process);
  histories_.add_execution(shell.seen(), 10);
  histories_.add_execution(tool.seen(), 20);
  histories_.add_execution(tool.seen(), 30);
  const auto& programs = only().programs.started;
  ASSERT_THAT(programs, ElementsAre(Key("/bin/sh"))) << "the host's processes above it are no part of it";
  const auto& under = programs.at("/bin/sh").started;
  ASSERT_THAT(under, ElementsAre(Key("/bin/tool")));
  EXPECT_EQ(under.at("/bin/tool").runs.count, 2U);
  EXPECT_EQ(under.at("/bin/tool").runs.first, 20U);
  EXPECT_EQ(under.at("/bin/tool").runs.last, 30U);
  EXPECT_EQ(only().executions, 3U);
}

TEST_F(ContainerHistoriesTest, TheHostsOwnIsPassedOver) {
  const Runs engine("/usr/bin/conmon", nullptr);
  histories_.add_execution(engine.seen(), 10);
  histories_.add_lost({}, 5, 10);
  EXPECT_THAT(histories_.all(nobody_), IsEmpty());
}

TEST_F(ContainerHistoriesTest, AConnectionCountsOnce) {
  const EventStream::Seen seen{nullptr, &shop_, nullptr};
  const auto db = to("10.0.0.3", 5432);
  histories_.add_flow(seen, db, {.kind = FlowRecord::Kind::connect}, "db", 10);
  histories_.add_flow(seen, db, {.kind = FlowRecord::Kind::established}, "", 11);
  histories_.add_flow(seen, db, {.kind = FlowRecord::Kind::closed, .sent = 5, .received = 7}, "", 12);
  histories_.add_flow(
      seen, db, {.kind = FlowRecord::Kind::connect, .verdict = FlowRecord::Verdict::refused, .repeats = 2}, "", 13);
  auto from = to("10.0.0.9", 40'000);
  from.flags = model::EventObject::server;
  from.local_port = 80;
  histories_.add_flow(seen, from, {.kind = FlowRecord::Kind::established}, "", 14);
  const auto& peers = only().peers;
  ASSERT_THAT(peers, SizeIs(2));
  EXPECT_EQ(peers[0].name, "db");
  EXPECT_EQ(peers[0].times.count, 4U);
  EXPECT_EQ(peers[0].refused, 3U);
  EXPECT_EQ(peers[0].sent, 5U);
  EXPECT_EQ(peers[0].received, 7U);
  EXPECT_FALSE(peers[0].inbound);
  EXPECT_EQ(peers[1].port, 80U) << "the port that was called";
  EXPECT_TRUE(peers[1].inbound);
  EXPECT_EQ(only().refused, 3U);
}

TEST_F(ContainerHistoriesTest, TheEndOfItsFirstProcessIsHowItEnded) {
  Runs monitor("/usr/bin/conmon", nullptr), first("/bin/sh", &shop_, &monitor.process);
  Runs nested("/bin/unshared", &shop_, &first.process), worker("/bin/worker", &shop_, &first.process);
  first.process.state.vpid = nested.process.state.vpid = 1;
  worker.process.state.vpid = 7;
  histories_.add_exit(worker.seen(), 1 << 8, 10);
  histories_.add_exit(nested.seen(), 2 << 8, 20);
  histories_.add_known({nullptr, &shop_, nullptr}, 25);
  EXPECT_EQ(only().exit, std::nullopt);
  histories_.add_exit(first.seen(), 3 << 8, 30);
  EXPECT_EQ(only().exit, 3 << 8);
  histories_.add_gone({nullptr, &shop_, nullptr}, 40);
  histories_.add_known({nullptr, &shop_, nullptr}, 50);
  EXPECT_EQ(only().exit, std::nullopt);
}

TEST_F(ContainerHistoriesTest, ItsEndIsToldAndItMayBeginAgain) {
  const EventStream::Seen seen{nullptr, &shop_, nullptr};
  histories_.add_known(seen, 10);
  histories_.add_gone(seen, 20);
  EXPECT_EQ(only().ended, 20U);
  EXPECT_EQ(only().records.first, 10U);
  EXPECT_FALSE(only().is_there);
  histories_.add_known(seen, 30);
  EXPECT_EQ(only().ended, 0U);
}

TEST_F(ContainerHistoriesTest, WhatFindsNoRoomIsCounted) {
  const EventStream::Seen seen{nullptr, &shop_, nullptr};
  for (std::uint16_t i = 0; i < 10; ++i) {
    const std::string name = "/bin/" + std::to_string(i);
    histories_.add_execution(Runs(name, &shop_).seen(), i);
    histories_.add_flow(seen, to("10.0.0.3", i), {.kind = FlowRecord::Kind::connect}, "", i);
    model::DriftRecord drift;
    drift.path = name;
    histories_.add_drift(seen, drift, i);
    model::AlertRecord alert;
    alert.rule = name;
    histories_.add_alert(seen, alert, i);
  }
  EXPECT_THAT(only().programs.started, SizeIs(3));
  EXPECT_THAT(only().peers, SizeIs(2));
  EXPECT_THAT(only().drifted, SizeIs(2));
  EXPECT_THAT(only().alerted, SizeIs(2));
  EXPECT_EQ(only().not_kept, 7U + 8U + 8U + 8U);
  EXPECT_EQ(only().drift, 10U) << "the counts go on";
  EXPECT_EQ(only().alerts, 10U);
  std::array<model::Container, 10> more;
  for (std::size_t i = 0; i < more.size(); ++i) {
    more.at(i).id = std::to_string(i);
    histories_.add_known({nullptr, &more.at(i), nullptr}, 100);
  }
  EXPECT_THAT(histories_.all(nobody_), SizeIs(4));
}

}  // namespace
}  // namespace doorman::derive

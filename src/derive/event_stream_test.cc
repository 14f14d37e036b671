// SPDX-License-Identifier: Apache-2.0
#include "derive/event_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace doorman::derive {
namespace {

using model::Container;
using model::EventRecord;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

/// What decoders give: in place of parse/event, which this room does not know. Slot 0 is a container's id, a
/// program's path or a control group's parent.
base::Status decode_process(const EventRecord& record, model::ProcessChange& into) {
  into = {};
  if (record.kind == EventRecord::Kind::exit) return {};
  into.state.emplace();
  into.state->key = {record.start, record.pid};
  into.exe_path = record.at(0);
  return {};
}

base::Result<Container> decode_container(const EventRecord& record) {
  if (record.at(0).empty()) return base::Error(base::ErrorCode::invalid, "a container without an id");
  Container container;
  container.id = record.at(0);
  return container;
}

base::Result<model::CgroupRecord> decode_cgroup(const EventRecord& record) {
  return model::CgroupRecord{.path = "", .parent = record.at(0).size(), .comm = ""};
}

class EventStreamTest : public testing::Test {
 protected:
  EventStream::Seen take(EventRecord record, bool is_opening = false) {
    record.time = ++time_;
    auto seen = stream_.take(record, is_opening);
    EXPECT_TRUE(seen.ok());
    return *seen;
  }

  void container(std::uint64_t cgroup, std::string_view id) {
    EventRecord record;
    record.kind = EventRecord::Kind::container;
    record.cgroup = cgroup;
    record.slot[record.slots++] = id;
    take(record);
  }
  void group(std::uint64_t cgroup, std::uint64_t parent) {
    EventRecord record;
    record.kind = EventRecord::Kind::cgroup;
    record.cgroup = cgroup;
    const std::string length(parent, 'x');
    record.slot[record.slots++] = length;
    take(record);
  }
  void gone(std::uint64_t cgroup, EventRecord::Kind kind) {
    EventRecord record;
    record.kind = kind;
    record.cgroup = cgroup;
    record.gone = true;
    take(record);
  }
  /// Whose an event of that group is.
  std::string owner(std::uint64_t cgroup) {
    EventRecord record;
    record.cgroup = cgroup;
    record.type = model::EventType::openat;
    const auto seen = take(record);
    return seen.container == nullptr ? "host" : seen.container->id;
  }

  EventStream stream_{{.decoders = {decode_process, decode_container, decode_cgroup},
                       .boot_time = 1000,
                       .hostname = "here",
                       .limits = {}}};
  std::uint64_t time_ = 0;
};

TEST_F(EventStreamTest, AnEventHasItsProcessAndContainer) {
  container(7, "c7");
  EventRecord exec;
  exec.kind = EventRecord::Kind::exec;
  exec.pid = 5;
  exec.start = 2;
  exec.cgroup = 7;
  exec.slot[exec.slots++] = "/bin/true";
  const auto seen = take(exec);
  ASSERT_NE(seen.process, nullptr);
  EXPECT_EQ(seen.process->program->exe_path, "/bin/true") << "as of this record, not before it";
  EXPECT_EQ(seen.container->id, "c7");
  EXPECT_EQ(seen.context->hostname, "here");
  EventRecord exit = exec;
  exit.kind = EventRecord::Kind::exit;
  exit.slots = 0;
  EXPECT_NE(take(exit).process, nullptr) << "the last one is of the process, too";
}

TEST_F(EventStreamTest, GroupsBelowAContainersAreItsToo) {
  group(7, 1);
  group(8, 7);
  EXPECT_EQ(owner(8), "host");
  container(7, "c7");
  EXPECT_EQ(owner(8), "c7") << "the container's record came later";
  group(9, 8);
  EXPECT_EQ(owner(9), "c7") << "and here the group";
  group(20, 1);
  EXPECT_EQ(owner(20), "host");
}

TEST_F(EventStreamTest, WhatIsLearnedLaterReachesTheGroupsBelow) {
  group(8, 7);
  container(7, "c");
  container(7, "c7");
  EXPECT_EQ(owner(8), "c7");
}

TEST_F(EventStreamTest, AContainerWithinAContainerIsItsOwn) {
  container(7, "outer");
  group(8, 7);
  container(8, "inner");
  group(9, 8);
  EXPECT_EQ(owner(8), "inner");
  EXPECT_EQ(owner(9), "inner");
  container(7, "outer, better known");
  EXPECT_EQ(owner(9), "inner");
}

TEST_F(EventStreamTest, RecordsThatMakeACircleEnd) {
  group(7, 8);
  group(8, 7);
  group(8, 8);
  container(7, "c7");
  EXPECT_EQ(owner(8), "c7");
  stream_.each_group([](std::uint64_t, std::uint64_t) {});
}

TEST_F(EventStreamTest, LateEventsStillFindAContainerThatIsGone) {
  container(7, "c7");
  gone(7, EventRecord::Kind::cgroup);
  gone(7, EventRecord::Kind::container);
  EXPECT_EQ(owner(7), "c7");
  std::vector<std::uint64_t> living;
  stream_.each_container([&](std::uint64_t cgroup, std::uint64_t, const Container&) { living.push_back(cgroup); });
  EXPECT_THAT(living, IsEmpty());
}

TEST_F(EventStreamTest, TellsWhatIsThere) {
  container(7, "c7");
  group(8, 7);
  group(9, 8);
  group(30, 1);
  std::map<std::uint64_t, std::uint64_t> since;
  stream_.each_container([&](std::uint64_t cgroup, std::uint64_t when, const Container& each) {
    EXPECT_EQ(each.id, "c7");
    since[cgroup] = when;
  });
  EXPECT_THAT(since, ElementsAre(Pair(7, 1)));
  std::vector<std::pair<std::uint64_t, std::uint64_t>> groups;
  stream_.each_group([&](std::uint64_t cgroup, std::uint64_t parent) { groups.emplace_back(cgroup, parent); });
  EXPECT_THAT(groups, ElementsAre(Pair(8, 7), Pair(9, 8)));
}

TEST_F(EventStreamTest, CountsEventsButNotOpenings) {
  EventRecord event;
  event.type = model::EventType::openat;
  take(event, true);
  EXPECT_EQ(stream_.context().number, 0U);
  take(event);
  EXPECT_EQ(stream_.context().number, 1U);
  EXPECT_EQ(stream_.context().first, 2U);
  EXPECT_EQ(stream_.context().previous, 2U);
  container(7, "c7");
  take(event);
  EXPECT_EQ(stream_.context().number, 2U);
  EXPECT_EQ(stream_.context().first, 2U);
  EXPECT_EQ(stream_.context().previous, 2U);
  take(event);
  EXPECT_EQ(stream_.context().previous, 4U);
}

TEST_F(EventStreamTest, ABadRecordIsAnErrorAndTheNextIsTakenIn) {
  EventRecord record;
  record.kind = EventRecord::Kind::container;
  record.cgroup = 7;
  EXPECT_FALSE(stream_.take(record).ok());
  container(7, "c7");
  EXPECT_EQ(owner(7), "c7");
}

TEST(EventStream, KeepsToItsLimits) {
  EventStream stream({.decoders = {decode_process, decode_container, decode_cgroup}, .limits = {.containers = 8}});
  const std::string parents(1, 'x');
  for (std::uint64_t cgroup = 100; cgroup < 200; ++cgroup) {
    EventRecord record;
    record.kind = EventRecord::Kind::cgroup;
    record.cgroup = cgroup;
    record.slot[record.slots++] = parents;
    ASSERT_TRUE(stream.take(record).ok());
    record.kind = EventRecord::Kind::container;
    ASSERT_TRUE(stream.take(record).ok());
  }
  std::size_t containers = 0;
  stream.each_container([&](std::uint64_t, std::uint64_t, const Container&) { ++containers; });
  EXPECT_EQ(containers, 8U);
}

}  // namespace
}  // namespace doorman::derive

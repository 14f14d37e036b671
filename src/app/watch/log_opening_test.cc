// SPDX-License-Identifier: Apache-2.0
#include "app/watch/log_opening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/event/guard.h"
#include "parse/event/record.h"
#include "parse/event/write.h"

namespace doorman::app {
namespace {

using model::EventRecord;

derive::EventStream new_stream() { return derive::EventStream({.decoders = record_decoders()}); }

void take_all(derive::EventStream& stream, base::Bytes records, bool is_opening) {
  EventRecord record;
  for (; !records.empty(); records.remove_prefix(record.size)) {
    ASSERT_TRUE(parse::event::decode(records, record).ok());
    ASSERT_TRUE(stream.take(record, is_opening).ok());
  }
}

model::ProcessKey add_process(std::string& records, std::uint32_t pid, model::ProcessKey parent,
                              std::uint64_t cgroup, std::string_view path) {
  EventRecord record;
  record.kind = EventRecord::Kind::exec;
  record.type = model::EventType::execve;
  record.time = 1000 + pid;
  record.pid = record.tid = pid;
  record.start = 10 + pid;
  record.cgroup = cgroup;
  record.uid = 33;
  model::ProcessChange change;
  change.state.emplace();
  change.state->key = {record.start, pid};
  change.state->parent = parent;
  change.state->uid = 33;
  change.state->vpid = pid - 90;
  change.exe_path = path;
  change.comm = "comm";
  change.arguments = std::string_view("a\0-x\0", 5);
  change.environment = std::string_view("HOME=/\0", 7);
  change.cwd = "/srv";
  parse::event::append_process(records, record, change);
  return change.state->key;
}

void add_exit(std::string& records, model::ProcessKey key) {
  EventRecord record;
  record.kind = EventRecord::Kind::exit;
  record.pid = record.tid = key.pid;
  record.start = key.start;
  parse::event::append_record(records, record);
}

EventRecord event_of(model::ProcessKey key, std::uint64_t cgroup) {
  EventRecord record;
  record.type = model::EventType::openat;
  record.pid = record.tid = key.pid;
  record.start = key.start;
  record.cgroup = cgroup;
  record.uid = 33;
  return record;
}

TEST(LogOpening, AStreamThatReadsItKnowsTheSame) {
  std::string records;
  model::Container host, inside;
  host.names.users.push_back({.uid = 33, .name = "www", .home = "/", .shell = "/bin/sh"});
  inside.id = "0123456789abcdef";
  inside.image_id = "sha256:00";
  parse::event::append_container(records, 0, host);
  parse::event::append_container(records, 7, inside, 55);
  EventRecord group;
  group.cgroup = 8;
  parse::event::append_cgroup(records, group, {.path = "/x/y", .parent = 7, .comm = "runc"});
  const auto shell = add_process(records, 100, {}, 7, "/bin/sh");
  const auto dead = add_process(records, 101, shell, 7, "/bin/dead");
  const auto tool = add_process(records, 102, dead, 8, "/bin/tool");
  const auto gone = add_process(records, 103, shell, 8, "/bin/gone");
  add_exit(records, dead);
  add_exit(records, gone);

  auto first = new_stream(), second = new_stream();
  take_all(first, records, false);
  std::string opening;
  append_opening(opening, first);
  take_all(second, opening, true);

  const EventRecord event = event_of(tool, 8);
  const auto want = first.take(event), got = second.take(event);
  ASSERT_TRUE(want.ok() && got.ok());
  ASSERT_NE(got->process, nullptr);
  EXPECT_EQ(got->process->state, want->process->state);
  EXPECT_EQ(got->process->cwd, "/srv");
  EXPECT_EQ(got->process->program->exe_path, "/bin/tool");
  EXPECT_EQ(got->process->program->command_line, "comm -x");
  EXPECT_EQ(got->process->program->environment, want->process->program->environment);
  ASSERT_NE(got->process->parent, nullptr);
  EXPECT_EQ(got->process->parent->program->exe_path, "/bin/dead") << "who started it, though it is dead";
  EXPECT_TRUE(got->process->parent->exited);
  EXPECT_EQ(got->process->parent->parent->program->exe_path, "/bin/sh");
  ASSERT_NE(got->container, nullptr);
  EXPECT_EQ(*got->container, inside);
  EXPECT_EQ(second.processes().host(), host);
  EXPECT_EQ(second.take(event_of(gone, 8))->process, nullptr) << "nobody needs it";
  second.each_container([](std::uint64_t cgroup, std::uint64_t since, const model::Container&) {
    EXPECT_EQ(cgroup, 7U);
    EXPECT_EQ(since, 55U);
  });

  std::string again;
  append_opening(again, second);
  EXPECT_EQ(again, opening) << "and would tell it the same";
}

}  // namespace
}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
// A small log of two containers, for tests of the command line: tests/data/events/. What the verbs make of it is in
// tests/cli/events.test and ps.test.
#include <gtest/gtest.h>

#include "golden.h"
#include "parse/event/guard.h"
#include "parse/event/record.h"
#include "parse/event/write.h"
#include "source/recording.h"
#include "store/event_log_format.h"
#include "store/event_log_reader.h"

namespace doorman::app {
namespace {

using model::EventObject;
using model::EventRecord;
using model::EventType;
using parse::event::append_record;

constexpr std::uint64_t boot_time = 1'714'557'600'000'000'000;  // 2024-05-01T10:00:00Z
constexpr std::uint64_t millisecond = 1'000'000, second = 1'000 * millisecond;
constexpr std::uint64_t shop_group = 71, db_group = 72;

class Story {
 public:
  explicit Story(std::string shop_image_id) : shop_image_id_(std::move(shop_image_id)) {}

  std::string opening() {
    model::Container host;
    host.hostname = "node-1";
    host.names.users = {{0, "root", "/root", "/bin/bash"}};
    parse::event::append_container(out_, 0, host);
    db_.id = "db5f00d5f00d5f00d5f00d5f00d5f00d5f00d5f00d5f00d5f00d5f00d5f00d5f";
    db_.name = "db";
    db_.engine = "podman";
    db_.image = "registry.example/postgres:16";
    db_.image_id = "sha256:9b8a7c6d5e4f9b8a7c6d5e4f9b8a7c6d5e4f9b8a7c6d5e4f9b8a7c6d5e4f9b8a";
    db_.ip = "10.88.0.3";
    parse::event::append_container(out_, db_group, db_, second);
    EventRecord record = of({40, 1'000}, db_group, EventRecord::Kind::change, EventType::none);
    record.time = 0;
    append_process(record, {}, "/usr/lib/postgresql/16/bin/postgres", std::string("postgres\0", 9));
    return std::exchange(out_, {});
  }

  std::string events() {
    shop_starts();
    shop_works();
    shop_is_attacked();
    shop_is_gone();
    return std::exchange(out_, {});
  }
  /// The same up to its end, which does not come.
  std::string events_of_one_that_stays() {
    shop_starts();
    shop_works();
    shop_is_attacked();
    return std::exchange(out_, {});
  }

 private:
  EventRecord of(model::ProcessKey who, std::uint64_t cgroup, EventRecord::Kind kind, EventType type) {
    time_ += 250 * millisecond;
    EventRecord record;
    record.kind = kind;
    record.type = type;
    record.time = time_;
    record.cgroup = cgroup;
    record.start = who.start;
    record.pid = record.tid = record.vtid = who.pid;
    return record;
  }

  void append_process(EventRecord record, model::ProcessKey parent, std::string_view path,
                      std::string_view arguments) {
    model::ProcessChange change;
    change.state.emplace();
    change.state->key = {record.start, record.pid};
    change.state->parent = parent;
    change.state->vpid = record.pid;
    change.exe_path = path;
    change.comm = path.substr(path.rfind('/') + 1);
    change.arguments = arguments;
    change.cwd = "/";
    parse::event::append_process(out_, record, change);
  }

  void exec(model::ProcessKey who, model::ProcessKey parent, std::string_view path, std::string_view arguments) {
    append_process(of(who, shop_group, EventRecord::Kind::exec, EventType::execve), parent, path, arguments);
  }

  void exit(model::ProcessKey who, std::int64_t status) {
    EventRecord record = of(who, shop_group, EventRecord::Kind::exit, EventType::procexit);
    record.result = status;
    append_record(out_, record);
  }

  static void set_ends(EventRecord& record, std::string_view local, std::uint16_t local_port,
                       std::string_view remote, std::uint16_t remote_port) {
    record.has_object = true;
    record.object.type = EventObject::Type::ipv4;
    record.object.protocol = 6;
    record.object.local = *base::IpAddress::parse(local);
    record.object.remote = *base::IpAddress::parse(remote);
    record.object.local_port = local_port;
    record.object.remote_port = remote_port;
  }

  void flow(model::ProcessKey who, std::uint64_t cgroup, std::string_view remote, std::uint16_t port,
            const model::FlowRecord& flow) {
    EventRecord record = of(who, cgroup, EventRecord::Kind::flow, EventType::none);
    set_ends(record, "10.88.0.2", 40'000, remote, port);
    parse::event::append_flow(out_, record, flow);
  }

  void shop_starts() {
    EventRecord group = of({}, shop_group, EventRecord::Kind::cgroup, EventType::none);
    parse::event::append_cgroup(out_, group,
                                {.path = "/machine.slice/libpod-shop.scope", .parent = 1, .comm = "crun"});
    model::Container shop;
    shop.id = "5409c0de5409c0de5409c0de5409c0de5409c0de5409c0de5409c0de5409c0de";
    shop.name = "shop";
    shop.engine = "podman";
    shop.image = "docker.io/library/shop:1.2";
    shop.image_id = shop_image_id_;
    shop.repository = "docker.io/library/shop";
    shop.tag = "1.2";
    shop.ip = "10.88.0.2";
    parse::event::append_container(out_, shop_group, shop, time_);
    exec(python_, {}, "/usr/bin/python3.11", std::string_view("python3\0/srv/shop.py\0", 21));
  }

  void shop_works() {
    using Flow = model::FlowRecord;
    EventRecord dns = of(python_, shop_group, EventRecord::Kind::dns, EventType::none);
    set_ends(dns, "10.88.0.2", 53'000, "10.88.0.1", 53);
    constexpr std::string_view answer(
        "\0\7\x81\x80\0\1\0\1\0\0\0\0\2db\4shop\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\x58\0\3", 41);
    parse::event::append_dns(out_, dns, answer);
    flow(python_, shop_group, "10.88.0.3", 5432, {.kind = Flow::Kind::connect});
    flow(python_, shop_group, "10.88.0.3", 5432, {.kind = Flow::Kind::established});
    flow(python_, shop_group, "10.88.0.3", 5432, {.kind = Flow::Kind::closed, .sent = 1'200, .received = 48'000});
  }

  void shop_is_attacked() {
    const EventRecord fork = of(python_, shop_group, EventRecord::Kind::fork, EventType::clone);
    append_fork(fork, shell_);
    exec(shell_, python_, "/bin/dash", std::string_view("sh\0-c\0cat /etc/shadow\0", 22));
    EventRecord open = of(shell_, shop_group, EventRecord::Kind::call, EventType::openat);
    open.has_object = true;
    open.object.type = EventObject::Type::file;
    open.object.fd = 3;
    open.object.inode = 4711;
    open.result = 3;
    open.slots = 1;
    open.slot[0] = "/etc/shadow";
    append_record(out_, open);
    EventRecord alert = open;
    alert.kind = EventRecord::Kind::alert;
    alert.type = EventType::none;
    alert.has_object = false;
    parse::event::append_alert(out_, alert,
                               {.rule = "Read sensitive file",
                                .output = "Sensitive file opened (file=/etc/shadow command=sh -c cat /etc/shadow)",
                                .source = "syscall",
                                .tags = std::string_view("T1555\0", 6),
                                .fields = std::string_view("fd.name\0/etc/shadow\0", 20)});
    EventRecord drift = of(shell_, shop_group, EventRecord::Kind::drift, EventType::none);
    // What a container calls its programs, in the hope of a terminal.
    parse::event::append_drift(out_, drift,
                               {.path = "/tmp/\x1b[2Jdropped",
                                .filename = "./dropped",
                                .reason = model::DriftRecord::Reason::written,
                                .done = model::DriftRecord::Done::refused,
                                .mode = model::DriftMode::deny});
    flow(shell_, shop_group, "198.51.100.7", 4444,
         {.kind = model::FlowRecord::Kind::connect, .verdict = model::FlowRecord::Verdict::refused, .repeats = 2});
    EventRecord lost = of({}, shop_group, EventRecord::Kind::lost, EventType::none);
    parse::event::append_lost(out_, lost, {.cause = model::LostRecord::Cause::over_share, .count = 12});
  }

  void append_fork(const EventRecord& record, model::ProcessKey child) {
    model::ProcessChange change;
    change.state.emplace();
    change.state->key = child;
    change.state->parent = {record.start, record.pid};
    parse::event::append_process(out_, record, change);
  }

  void shop_is_gone() {
    exit(shell_, 9);         // killed
    exit(python_, 1 << 8U);  // exit code 1
    EventRecord gone = of({}, shop_group, EventRecord::Kind::cgroup, EventType::none);
    gone.gone = true;
    parse::event::append_cgroup(out_, gone,
                                {.path = "/machine.slice/libpod-shop.scope", .parent = 1, .comm = "systemd"});
    EventRecord call = of({1'000, 40}, db_group, EventRecord::Kind::call, EventType::openat);
    call.start = 40;
    call.pid = call.tid = 1'000;
    call.has_object = true;
    call.object.type = EventObject::Type::file;
    call.result = -13;
    call.slots = 1;
    call.slot[0] = "/var/lib/postgresql/data/base";
    append_record(out_, call);
  }

  std::string shop_image_id_;
  std::string out_;
  std::uint64_t time_ = 20 * second;
  model::Container db_;
  model::ProcessKey python_{.start = 20 * second, .pid = 500}, shell_{.start = 23 * second, .pid = 501};
};

std::string block_of(std::string_view records, std::uint32_t flags, std::uint64_t salt, std::uint64_t offset) {
  store::BlockHead head;
  head.flags = flags;
  head.length = static_cast<std::uint32_t>(records.size());
  EventRecord record;
  for (std::string_view rest = records; !rest.empty(); rest.remove_prefix(record.size)) {
    EXPECT_TRUE(parse::event::decode(rest, record).ok());
    ++head.count;
    if (record.time == 0) continue;
    head.first = head.first == 0 ? record.time : std::min(head.first, record.time);
    head.last = std::max(head.last, record.time);
  }
  const std::uint64_t seed = store::seed_of(salt, offset);
  head.checksum = store::checksum_of(records, seed);
  std::string block(store::BlockHead::bytes, '\0');
  head.write(block.data(), seed);
  return block.append(records);
}

std::string segment_of(const std::string& opening, const std::string& events) {
  const store::SegmentHead head{.salt = 42,
                                .number = 1,
                                .created = boot_time + 20 * second,
                                .origin = {.boot_time = boot_time, .boot = {1}, .hostname = "node-1"}};
  std::string segment = head.written();
  segment += block_of(opening, store::BlockHead::opening, head.salt, segment.size());
  segment += block_of(events, 0, head.salt, segment.size());
  auto reader = store::EventLogReader::of(segment);
  while (reader.next()) {
  }
  EXPECT_TRUE(reader.take_notes().empty());
  return segment;
}

TEST(Story, IsTheLogAndTheRecordingOfTheCommandLineTests) {
  Story story("sha256:3f2a1b9c0d1e3f2a1b9c0d1e3f2a1b9c0d1e3f2a1b9c0d1e3f2a1b9c0d1e3f2a");
  const std::string opening = story.opening(), events = story.events();
  const std::filesystem::path folder = std::filesystem::path(DOORMAN_TEST_DATA) / "events";
  tests::expect_golden(folder / "story.log", segment_of(opening, events));
  tests::expect_golden(folder / "story.events",
                       source::recording_head({.boot_time = boot_time, .hostname = "node-1"}) + opening + events);
}

/// With an image that images.test can scan: tests/cli/images_host.py makes it.
TEST(Story, IsTheLogOfTheImagesThatTheCommandLineTestsScan) {
  Story story("sha256:94f438f8649e4c81b5953e75a0abf9015a44d43a6c0ddaff246378e46a0a6ce0");
  const std::string opening = story.opening(), events = story.events_of_one_that_stays();
  tests::expect_golden(std::filesystem::path(DOORMAN_TEST_DATA) / "events" / "images.log",
                       segment_of(opening, events));
}

}  // namespace
}  // namespace doorman::app

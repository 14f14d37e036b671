// SPDX-License-Identifier: Apache-2.0
#include "parse/event/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "parse/event/write.h"

namespace doorman::parse::event {
namespace {

using model::EventObject;
using model::EventRecord;
using testing::HasSubstr;

constexpr std::size_t header_bytes = 64, object_bytes = 56;

EventRecord open_record() {
  EventRecord record;
  record.type = model::EventType::openat;
  record.time = 5'000'000'000;
  record.cgroup = 77;
  record.start = 4'000'000'000;
  record.result = -13;
  record.pid = 100;
  record.tid = 101;
  record.vtid = 3;
  record.uid = 33;
  record.gid = 34;
  record.cpu = 7;
  record.has_object = true;
  record.object.type = EventObject::Type::file;
  record.object.fd = -1;
  record.object.inode = 99;
  record.object.device = 8U << 20U;
  record.object.flags |= EventObject::upper_layer;
  record.slots = 5;
  record.slot[0] = "/etc/shadow";
  record.slot[4] = "";
  return record;
}

std::string bytes_of(const EventRecord& record) {
  std::string bytes;
  append_record(bytes, record);
  return bytes;
}

template <typename Number>
void put(std::string& bytes, std::size_t at, Number number) {
  std::memcpy(bytes.data() + at, &number, sizeof number);
}

std::string error_of(base::Bytes bytes) {
  EventRecord record;
  const auto status = decode(bytes, record);
  return status.ok() ? "none" : status.error().message();
}

TEST(EventRecord, ReadsWhatWasWritten) {
  const std::string bytes = bytes_of(open_record());
  EXPECT_EQ(bytes.size() % 8, 0U);
  EventRecord record;
  const std::string stream = bytes + "what follows";
  ASSERT_TRUE(decode(stream, record).ok());
  EXPECT_EQ(record.size, bytes.size());
  EXPECT_EQ(record.kind, EventRecord::Kind::call);
  EXPECT_EQ(record.type, model::EventType::openat);
  EXPECT_EQ(record.time, 5'000'000'000U);
  EXPECT_EQ(record.cgroup, 77U);
  EXPECT_EQ(record.start, 4'000'000'000U);
  EXPECT_EQ(record.result, -13);
  EXPECT_EQ(record.pid, 100U);
  EXPECT_EQ(record.tid, 101U);
  EXPECT_EQ(record.vtid, 3U);
  EXPECT_EQ(record.uid, 33U);
  EXPECT_EQ(record.gid, 34U);
  EXPECT_EQ(record.cpu, 7U);
  EXPECT_FALSE(record.cut);
  ASSERT_TRUE(record.has_object);
  EXPECT_EQ(record.object.type, EventObject::Type::file);
  EXPECT_EQ(record.object.fd, -1);
  EXPECT_EQ(record.object.inode, 99U);
  EXPECT_TRUE(record.object.is(EventObject::upper_layer));
  EXPECT_FALSE(record.object.is(EventObject::lower_layer));
  EXPECT_EQ(record.path(), "/etc/shadow");
  EXPECT_FALSE(record.has(1));
  EXPECT_TRUE(record.has(4)) << "empty is not absent";
  EXPECT_EQ(record.at(4), "");
  EXPECT_FALSE(record.has(5));
}

TEST(EventRecord, IsUsedAgainWithoutATraceOfTheLast) {
  EventRecord record;
  const std::string first = bytes_of(open_record());
  EventRecord small;
  small.slots = 1;
  const std::string second = bytes_of(small);
  ASSERT_TRUE(decode(first, record).ok());
  ASSERT_TRUE(decode(second, record).ok());
  EXPECT_FALSE(record.has_object);
  EXPECT_FALSE(record.has(0));
  EXPECT_FALSE(record.has(4));
}

TEST(EventRecord, SpeaksOfIPv4InIPv6sClothesAsIPv4) {
  EventRecord record = open_record();
  record.object = {};
  record.object.type = EventObject::Type::ipv6;
  record.object.local = *base::IpAddress::parse("::ffff:10.0.0.7");
  record.object.remote = *base::IpAddress::parse("::ffff:10.0.0.1");
  EventRecord read;
  const std::string mapped = bytes_of(record);
  ASSERT_TRUE(decode(mapped, read).ok());
  EXPECT_EQ(read.object.type, EventObject::Type::ipv4);
  EXPECT_EQ(read.object.remote, *base::IpAddress::parse("10.0.0.1"));
  EXPECT_EQ(read.object.local, *base::IpAddress::parse("10.0.0.7"));
  record.object.local = *base::IpAddress::parse("::");
  const std::string unbound = bytes_of(record);
  ASSERT_TRUE(decode(unbound, read).ok());
  EXPECT_EQ(read.object.remote, *base::IpAddress::parse("10.0.0.1"));
  EXPECT_EQ(read.object.local, *base::IpAddress::parse("0.0.0.0"));
  record.object.remote = *base::IpAddress::parse("2001:db8::1");
  const std::string plain = bytes_of(record);
  ASSERT_TRUE(decode(plain, read).ok());
  EXPECT_EQ(read.object.type, EventObject::Type::ipv6);
  EXPECT_EQ(read.object.remote, *base::IpAddress::parse("2001:db8::1"));
}

TEST(EventRecord, CutsWhatIsTooLongAndSaysSo) {
  EventRecord record = open_record();
  const std::string huge(70'000, 'x');
  record.slot[2] = huge;
  record.slot[3] = huge;
  const std::string bytes = bytes_of(record);
  EXPECT_LE(bytes.size(), 65528U);
  EventRecord read;
  ASSERT_TRUE(decode(bytes, read).ok());
  EXPECT_TRUE(read.cut);
  EXPECT_GT(read.at(2).size(), 65'000U);
  EXPECT_EQ(read.at(3), "");
}

TEST(EventRecord, EveryLengthIsChecked) {
  const std::string good = bytes_of(open_record());
  EXPECT_THAT(error_of(""), HasSubstr("less than a header"));
  EXPECT_THAT(error_of(good.substr(0, 63)), HasSubstr("less than a header"));
  for (std::size_t length = header_bytes; length < good.size(); ++length) {
    EXPECT_THAT(error_of(good.substr(0, length)), HasSubstr("are left")) << length;
  }
  const auto broken = [&good](std::size_t at, auto number) {
    std::string bytes = good;
    put(bytes, at, number);
    return error_of(bytes);
  };
  const auto size = static_cast<std::uint32_t>(good.size());
  EXPECT_THAT(broken(0, std::uint32_t{0}), HasSubstr("record of 0 bytes"));
  EXPECT_THAT(broken(0, std::uint32_t{56}), HasSubstr("record of 56 bytes"));
  EXPECT_THAT(broken(0, size - 4), HasSubstr("record of"));
  EXPECT_THAT(broken(0, std::uint32_t{64}), HasSubstr("the object at byte 64"));
  EXPECT_THAT(broken(0, std::uint32_t{120}), HasSubstr("table of lengths at byte 120"));
  EXPECT_THAT(broken(0, std::uint32_t{0xffffffff}), HasSubstr("are left"));
  EXPECT_THAT(broken(4, std::uint16_t{5000}), HasSubstr("unknown event 5000"));
  EXPECT_THAT(broken(6, std::uint8_t{0}), HasSubstr("unknown kind 0"));
  EXPECT_THAT(broken(6, std::uint8_t{14}), HasSubstr("unknown kind 14"));
  EXPECT_THAT(broken(7, std::uint8_t{43}), HasSubstr("43 slots, more than 42"));
  EXPECT_THAT(broken(7, std::uint8_t{42}), HasSubstr("table of lengths"));
  EXPECT_THAT(broken(header_bytes + object_bytes, std::uint16_t{500}), HasSubstr("slot 0 of 500 bytes"));
  EXPECT_THAT(broken(header_bytes + object_bytes, std::uint16_t{0}), HasSubstr("behind the last slot"));
  std::string long_record(65'536, '\0');
  put(long_record, 0, std::uint32_t{65'536});
  EXPECT_THAT(error_of(long_record), HasSubstr("more than 65528"));
}

TEST(EventRecord, AnUnknownObjectIsOfNoKnownType) {
  std::string bytes = bytes_of(open_record());
  bytes[header_bytes] = 99;
  EventRecord record;
  ASSERT_TRUE(decode(bytes, record).ok());
  EXPECT_EQ(record.object.type, EventObject::Type::other);
}

EventRecord exec_record() {
  EventRecord record;
  record.kind = EventRecord::Kind::exec;
  record.type = model::EventType::execve;
  record.pid = record.tid = 100;
  record.start = 4000;
  return record;
}

model::ProcessChange exec_change() {
  model::ProcessChange change;
  model::ProcessState state;
  state.key = {4000, 100};
  state.parent = {3000, 90};
  state.vpid = 1;
  state.session = 90;
  state.vsession = 2;
  state.group = 91;
  state.vgroup = 3;
  state.tty = 34816;
  state.uid = 33;
  state.gid = 34;
  state.loginuid = 1000;
  state.cap_effective = 1;
  state.cap_permitted = 2;
  state.cap_inheritable = 4;
  state.pidns_start = 2000;
  state.exe_inode = 4711;
  state.exe_ctime = 5;
  state.exe_mtime = 6;
  state.exe_device = 7;
  state.exe_writable = state.exe_from_memfd = true;
  change.state = state;
  change.exe_path = "/bin/dash";
  change.comm = "sh";
  change.arguments = std::string_view("sh\0-c\0", 6);
  change.environment = "";
  return change;
}

TEST(EventProcess, ReadsWhatWasWritten) {
  std::string bytes;
  append_process(bytes, exec_record(), exec_change());
  EventRecord record;
  ASSERT_TRUE(decode(bytes, record).ok());
  const auto change = decode_process(record);
  ASSERT_TRUE(change.ok()) << change.error().message();
  EXPECT_EQ(change->state, exec_change().state);
  EXPECT_EQ(change->exe_path, "/bin/dash");
  EXPECT_EQ(change->script_path.data(), nullptr);
  EXPECT_EQ(change->comm, "sh");
  EXPECT_EQ(change->arguments, std::string_view("sh\0-c\0", 6));
  EXPECT_NE(change->environment.data(), nullptr) << "told to be empty";
  EXPECT_EQ(change->cwd.data(), nullptr);
}

TEST(EventProcess, NothingOfTheRecordBeforeIsLeft) {
  std::string bytes;
  append_process(bytes, exec_record(), exec_change());
  EventRecord record;
  ASSERT_TRUE(decode(bytes, record).ok());
  model::ProcessChange change;
  ASSERT_TRUE(decode_process(record, change).ok());
  EventRecord renamed = exec_record();
  renamed.kind = EventRecord::Kind::change;
  model::ProcessChange name;
  name.comm = "new";
  bytes.clear();
  append_process(bytes, renamed, name);
  ASSERT_TRUE(decode(bytes, record).ok());
  ASSERT_TRUE(decode_process(record, change).ok());
  EXPECT_EQ(change.comm, "new");
  EXPECT_FALSE(change.state);
  EXPECT_EQ(change.exe_path.data(), nullptr);
  EXPECT_EQ(change.arguments.data(), nullptr);
}

TEST(EventProcess, RefusesWhatDoesNotFit) {
  const auto error = [](const EventRecord& from, const model::ProcessChange& change) -> std::string {
    std::string bytes;
    append_process(bytes, from, change);
    EventRecord record;
    if (!decode(bytes, record).ok()) return "not even a record";
    const auto read = decode_process(record);
    return read.ok() ? "none" : read.error().message();
  };
  EventRecord other = exec_record();
  other.pid = 5;
  EXPECT_THAT(error(other, exec_change()), HasSubstr("disagree"));
  model::ProcessChange nobody = exec_change();
  nobody.state.reset();
  EXPECT_THAT(error(exec_record(), nobody), HasSubstr("no process"));
  other.kind = EventRecord::Kind::fork;
  EXPECT_EQ(error(other, exec_change()), "none") << "a fork's header is the parent";
  other.kind = EventRecord::Kind::change;
  EXPECT_EQ(error(other, nobody), "none");
  EventRecord short_process = exec_record();
  short_process.slots = 3;
  short_process.slot[2] = "short";
  EXPECT_THAT(decode_process(short_process).error().message(), HasSubstr("process of 5 bytes"));
}

model::Container full_container() {
  model::Container container;
  container.id = "3ad7b26ded6d8e7b";
  container.name = "web";
  container.engine = "podman";
  container.image = "nginx:1.25";
  container.image_id = "sha256:6f7e";
  container.repository = "docker.io/library/nginx";
  container.tag = "1.25";
  container.digest = "sha256:d977";
  container.labels = {{"app", "shop"}, {"empty", ""}};
  container.mounts = {{"/srv", "/data", "z", "rprivate", true}, {"a", "b", "", "", false}};
  container.ip = "10.88.0.5";
  container.privileged = true;
  container.host_pid = false;
  container.host_network = true;
  container.host_ipc = false;
  container.pod_name = "web-0";
  container.pod_namespace = "shop";
  container.pod_uid = "3e41";
  container.pod_sandbox = "6306";
  container.pod_labels = {{"app", "shop"}};
  container.names.users = {{0, "root", "/root", "/bin/sh"}, {33, "www-data", "/var/www", ""}};
  container.names.groups = {{0, "root"}};
  container.hostname = "web-0";
  return container;
}

base::Result<model::Container> reread(const model::Container& container, std::uint64_t cgroup = 9) {
  std::string bytes;
  append_container(bytes, cgroup, container);
  EventRecord record;
  DOORMAN_CHECK(decode(bytes, record));
  EXPECT_EQ(record.cgroup, cgroup);
  return decode_container(record);
}

TEST(EventContainer, ReadsWhatWasWritten) {
  const auto read = reread(full_container());
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(*read, full_container());
  model::Container bare;
  EXPECT_FALSE(reread(bare).ok());
  EXPECT_TRUE(reread(bare, 0).ok()) << "the host has no id";
  bare.id = "x";
  EXPECT_EQ(reread(bare)->privileged, std::nullopt);
}

TEST(EventContainer, SkipsBadLinesOfNamesAndKeepsTheFirst) {
  EventRecord record;
  record.slots = 19;
  record.slot[1] = "id";
  record.slot[17] = "root:x:0:0::/root:/bin/sh\nrubbish\n:x:5:\ntoor:x:0:\nbig:x:99999999999:\nbin:x:2\r\n";
  record.slot[18] = "wheel:x:10:a,b";
  const auto read = decode_container(record);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->names.users.size(), 2U);
  EXPECT_EQ(read->names.user(0)->name, "root");
  EXPECT_EQ(read->names.user(2)->name, "bin");
  EXPECT_EQ(read->names.user(5), nullptr);
  EXPECT_EQ(read->names.group(10)->name, "wheel");
}

TEST(EventContainer, HasLimits) {
  EventRecord record;
  record.slots = 11;
  record.slot[1] = "id";
  const std::string many(4000, '\0');
  record.slot[9] = many;
  EXPECT_THAT(decode_container(record).error().message(), HasSubstr("more than 1024 labels"));
  record.slot[9] = std::string_view("key\0", 4);
  EXPECT_THAT(decode_container(record).error().message(), HasSubstr("last of the labels is cut"));
}

}  // namespace
}  // namespace doorman::parse::event

// SPDX-License-Identifier: Apache-2.0
// System calls, as the kernel side tells them.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "kernel_source_test.h"
#include "scratch.h"
#include "source/kernel/kernel_source.h"

namespace doorman::source::kernel {
namespace {

namespace fs = std::filesystem;
using model::EventNeed;
using model::EventObject;
using model::EventRecord;
using model::EventType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using tests::Told;

class CallsTest : public tests::KernelSourceTest {
 protected:
  void SetUp() override {
    tests::KernelSourceTest::SetUp();
    if (IsSkipped()) return;
    folder_ = scratch_.path().string();
  }
  static EventNeed any(EventType type) {
    EventNeed need;
    need.type = type;
    return need;
  }
  static EventNeed paths(EventType type, std::vector<std::string> whole, std::vector<std::string> prefixes = {}) {
    EventNeed need = any(type);
    need.any_path = false;
    need.paths = std::move(whole);
    need.prefixes = std::move(prefixes);
    return need;
  }
  static EventNeed folders(EventType type, std::vector<std::string> folders) {
    EventNeed need = paths(type, {});
    need.folders = std::move(folders);
    return need;
  }
  void want(std::vector<EventNeed> needs) {
    const auto done = source_->want({std::move(needs), {}});
    ASSERT_TRUE(done.ok()) << done.error().message();
  }
  /// The calls of one type that a deed made.
  std::vector<const Told*> calls(pid_t pid, EventType type) const {
    auto found = of(static_cast<std::uint32_t>(pid), EventRecord::Kind::call);
    std::erase_if(found, [&](const Told* each) { return each->record.type != type; });
    return found;
  }
  const Told& call(pid_t pid, EventType type) const {
    const auto found = calls(pid, type);
    EXPECT_EQ(found.size(), 1U) << model::info(type).name;
    static const Told nothing;
    return found.empty() ? nothing : *found.back();
  }
  static std::int64_t number(const Told& told, std::string_view parameter) {
    const auto& parameters = model::info(told.record.type).parameters;
    const auto at = std::ranges::find(parameters, parameter, &model::EventParameter::name) - parameters.begin();
    const std::string_view bytes = told.record.at(EventRecord::first_parameter + static_cast<std::size_t>(at));
    std::int64_t value = 0;
    if (bytes.size() != sizeof value) return -0xdead;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  static std::string_view text(const Told& told, std::string_view parameter) {
    const auto& parameters = model::info(told.record.type).parameters;
    const auto at = std::ranges::find(parameters, parameter, &model::EventParameter::name) - parameters.begin();
    return told.record.at(EventRecord::first_parameter + static_cast<std::size_t>(at));
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    std::ofstream(folder_ + '/' + name) << "content";
    return folder_ + '/' + name;
  }

  tests::ScratchFolder scratch_;
  std::string folder_;
};

TEST_F(CallsTest, OpenTellsTheFileThatWasReallyOpened) {
  const std::string secret = file("secret");
  fs::create_directory_symlink(folder_, folder_ + "/link");
  fs::create_hard_link(secret, folder_ + "/other");
  want({any(EventType::openat)});
  const pid_t by_link = deed({"open", folder_ + "/link/secret"});
  const pid_t by_root = deed({"open", "/proc/self/root" + secret});
  const pid_t by_hard_link = deed({"open", folder_ + "/other"});
  const pid_t by_dots = deed({"open", folder_ + "/link/../" + scratch_.path().filename().string() + "/secret"});
  collect();
  struct stat status{};
  ASSERT_EQ(::stat(secret.c_str(), &status), 0);
  for (const pid_t pid : {by_link, by_root, by_hard_link, by_dots}) {
    const Told& told = call(pid, EventType::openat);
    EXPECT_EQ(told.record.path(), pid == by_hard_link ? folder_ + "/other" : secret);
    EXPECT_EQ(told.record.object.inode, status.st_ino) << "which a hard link cannot hide";
    EXPECT_EQ(told.record.object.type, EventObject::Type::file);
    EXPECT_EQ(told.record.object.fd, told.record.result);
    EXPECT_EQ(number(told, "dirfd"), AT_FDCWD);
    EXPECT_EQ(number(told, "flags"), O_RDONLY);
  }
  EXPECT_EQ(text(call(by_link, EventType::openat), "name"), folder_ + "/link/secret");
}

TEST_F(CallsTest, OpensOfPathsThatNoRuleNamesAreNotTold) {
  const std::string wanted = file("wanted"), unwanted = file("wanted2"), below = file("below-1");
  want({paths(EventType::openat, {wanted}, {folder_ + "/below"})});
  const pid_t named = deed({"open", wanted}), longer = deed({"open", unwanted}), prefixed = deed({"open", below});
  collect();
  EXPECT_EQ(call(named, EventType::openat).record.path(), wanted);
  EXPECT_EQ(call(prefixed, EventType::openat).record.path(), below);
  EXPECT_THAT(calls(longer, EventType::openat), IsEmpty());
}

TEST_F(CallsTest, OpensOfFilesInAFolder) {
  fs::create_directories(folder_ + "/in/deeper");
  fs::create_directories(folder_ + "/in2");
  want({folders(EventType::openat, {folder_ + "/in/"})});
  const pid_t inside = deed({"open", file("in/file")}), deeper = deed({"open", file("in/deeper/file")});
  const pid_t beside = deed({"open", file("in2/file")}), above = deed({"open", file("file")});
  collect();
  EXPECT_EQ(call(inside, EventType::openat).record.path(), folder_ + "/in/file");
  for (const pid_t other : {deeper, beside, above}) EXPECT_THAT(calls(other, EventType::openat), IsEmpty());
}

TEST_F(CallsTest, AMountedFileHasTheNameThatItIsMountedUnder) {
  const std::string content = file("content"), once = file("once"), twice = file("twice"), other = file("other");
  want({paths(EventType::openat, {once, twice})});
  const auto mount = [&](const std::string& onto) {
    ASSERT_EQ(::mount(content.c_str(), onto.c_str(), nullptr, MS_BIND, nullptr), 0) << std::strerror(errno);
  };
  for (const std::string& onto : {once, twice, twice, other}) mount(onto);
  const pid_t single = deed({"open", once}), stacked = deed({"open", twice}), unnamed = deed({"open", other});
  for (const std::string& onto : {once, twice, twice, other}) ::umount2(onto.c_str(), MNT_DETACH);
  collect();
  EXPECT_EQ(call(single, EventType::openat).record.path(), once);
  EXPECT_EQ(call(stacked, EventType::openat).record.path(), twice);
  EXPECT_THAT(calls(unnamed, EventType::openat), IsEmpty());
}

TEST_F(CallsTest, OpensAreToldByHowTheyOpenAndHowTheyEnd) {
  const std::string there = file("there"), missing = folder_ + "/missing.log";
  EventNeed writes = any(EventType::openat), climbs = any(EventType::openat), failures = any(EventType::openat);
  writes.reads = false;
  climbs.climbs = true;
  failures.successes = false;
  failures.any_path = false;
  failures.endings = {".log"};
  want({writes, climbs, failures});
  const pid_t reads = deed({"open", there}), writer = deed({"write", there});
  const pid_t climber = deed({"open", folder_ + "/../" + scratch_.path().filename().string() + "/there"});
  const pid_t dotted = deed({"open", file("a.b")}), failed = deed({"open", missing});
  collect();
  EXPECT_THAT(calls(reads, EventType::openat), IsEmpty());
  EXPECT_THAT(calls(dotted, EventType::openat), IsEmpty());
  EXPECT_EQ(call(writer, EventType::openat).record.path(), there);
  EXPECT_EQ(call(climber, EventType::openat).record.path(), there);
  const Told& told = call(failed, EventType::openat);
  EXPECT_EQ(told.record.result, -ENOENT);
  EXPECT_EQ(told.record.object.fd, -1);
  EXPECT_EQ(text(told, "name"), missing);
}

TEST_F(CallsTest, OtherWaysToOpen) {
  const std::string there = file("there");
  want({any(EventType::openat), any(EventType::openat2), any(EventType::open)});
  const pid_t by_folder = deed({"openat", folder_, "there"}), how = deed({"openat2", there});
  collect();
  const auto both = calls(by_folder, EventType::openat);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0]->record.object.type, EventObject::Type::directory);
  EXPECT_EQ(both[1]->record.path(), there);
  EXPECT_EQ(number(*both[1], "dirfd"), both[0]->record.result);
  EXPECT_EQ(text(*both[1], "name"), "there");
  EXPECT_EQ(call(how, EventType::openat2).record.path(), there);
  EXPECT_EQ(number(call(how, EventType::openat2), "resolve"), 4);
#if defined(__x86_64__)
  const pid_t of_32_bits = deed({"open32", there});
  collect();
  EXPECT_EQ(call(of_32_bits, EventType::open).record.path(), there) << "int 0x80 is no way around";
#endif
}

TEST_F(CallsTest, NewFilesAreCreated) {
  want({any(EventType::openat)});
  const pid_t first = deed({"write", folder_ + "/new"}), again = deed({"write", folder_ + "/new"});
  collect();
  EXPECT_TRUE(call(first, EventType::openat).record.object.is(EventObject::created));
  EXPECT_FALSE(call(again, EventType::openat).record.object.is(EventObject::created));
}

TEST_F(CallsTest, CallsByPath) {
  const std::string old = file("old");
  want({any(EventType::rename), any(EventType::unlinkat), any(EventType::symlink), any(EventType::chmod)});
  const pid_t renamer = deed({"rename", old, folder_ + "/new"});
  const pid_t marker = deed({"chmod", folder_ + "/new"}),
              linker = deed({"symlink", "/etc/shadow", folder_ + "/innocent"});
  const pid_t remover = deed({"unlinkat", folder_, "new"});
  collect();
  EXPECT_EQ(text(call(renamer, EventType::rename), "oldpath"), old);
  EXPECT_EQ(text(call(renamer, EventType::rename), "newpath"), folder_ + "/new");
  EXPECT_EQ(number(call(marker, EventType::chmod), "mode"), 04755);
  EXPECT_EQ(text(call(linker, EventType::symlink), "target"), "/etc/shadow");
  const Told& told = call(remover, EventType::unlinkat);
  EXPECT_EQ(told.record.path(), folder_ + "/new") << "behind the folder's descriptor";
  EXPECT_EQ(text(told, "name"), "new");
  EXPECT_EQ(told.record.result, 0);
}

TEST_F(CallsTest, Connections) {
  want({any(EventType::connect)});
  const pid_t v4 = deed({"connect", "127.0.0.1", "9"}), v6 = deed({"connect", "::1", "9"});
  const pid_t local = deed({"connect-unix", folder_ + "/socket"});
  collect();
  const EventObject& to = call(v4, EventType::connect).record.object;
  EXPECT_EQ(to.type, EventObject::Type::ipv4);
  EXPECT_EQ(base::to_text(to.remote), "127.0.0.1");
  EXPECT_EQ(to.remote_port, 9);
  EXPECT_EQ(to.protocol, IPPROTO_TCP);
  EXPECT_EQ(call(v4, EventType::connect).record.result, -ECONNREFUSED);
  EXPECT_EQ(call(v6, EventType::connect).record.object.type, EventObject::Type::ipv6);
  EXPECT_EQ(base::to_text(call(v6, EventType::connect).record.object.remote), "::1");
  EXPECT_EQ(call(local, EventType::connect).record.object.type, EventObject::Type::unix_socket);
  EXPECT_EQ(call(local, EventType::connect).record.path(), folder_ + "/socket");
}

TEST_F(CallsTest, BothEndsOfAConnection) {
  want({any(EventType::bind), any(EventType::listen), any(EventType::accept), any(EventType::dup2),
        any(EventType::sendto), any(EventType::connect)});
  const pid_t pid = deed({"serve", "48731"});
  collect();
  EXPECT_EQ(call(pid, EventType::bind).record.object.local_port, 48731);
  EXPECT_TRUE(call(pid, EventType::listen).record.object.is(EventObject::listening));
  const EventRecord& accepted = call(pid, EventType::accept).record;
  EXPECT_TRUE(accepted.object.is(EventObject::server));
  EXPECT_TRUE(accepted.object.is(EventObject::connected));
  EXPECT_EQ(accepted.object.local_port, 48731);
  const EventRecord& connected = calls(pid, EventType::connect).front()->record;
  EXPECT_EQ(accepted.object.remote_port, connected.object.local_port);
  const EventRecord& doubled = call(pid, EventType::dup2).record;
  EXPECT_EQ(doubled.object.fd, 0);
  EXPECT_EQ(doubled.object.type, EventObject::Type::ipv4);
  EXPECT_EQ(doubled.object.remote_port, accepted.object.remote_port);
  const EventRecord& sent = call(pid, EventType::sendto).record;  // the one without a name is not told
  EXPECT_TRUE(sent.object.is(EventObject::named_here));
  EXPECT_EQ(sent.object.remote_port, 48731);
  EXPECT_EQ(sent.object.protocol, IPPROTO_UDP);
}

TEST_F(CallsTest, PrivilegesAndNamespaces) {
  want({any(EventType::setresgid), any(EventType::setuid), any(EventType::unshare), any(EventType::ptrace)});
  const pid_t who = deed({"identity"}), where = deed({"unshare"}), traced = deed({"ptrace"});
  collect();
  EXPECT_EQ(number(call(who, EventType::setresgid), "sgid"), 9);
  EXPECT_EQ(number(call(who, EventType::setuid), "uid"), 4242);
  EXPECT_EQ(call(who, EventType::setuid).record.uid, 4242U) << "what holds after the call";
  EXPECT_EQ(call(who, EventType::setuid).record.gid, 8U);
  EXPECT_EQ(number(call(where, EventType::unshare), "flags"), CLONE_NEWUTS);
  EXPECT_EQ(number(call(traced, EventType::ptrace), "request"), 0);
}

TEST_F(CallsTest, AFloodLeavesRoomForPrivileges) {
  want({any(EventType::open), any(EventType::openat), any(EventType::setuid)});
  const std::string flood = "i=0; while [ $i -lt 200000 ]; do : <" + file("f") + "; i=$((i+1)); done";
  const std::string deeds = "for i in 1 2 3 4 5 6 7 8; do " DOORMAN_DEED " identity; done";
  run({"/bin/sh", "-c", "(" + flood + ") & sleep 0.5; " + deeds + "; kill $!; wait"});
  collect();
  const auto told = [&](EventType type) {
    return std::ranges::count_if(told_, [&](const auto& each) {
      return each->record.kind == EventRecord::Kind::call && each->record.type == type;
    });
  };
  EXPECT_EQ(told(EventType::setuid), 8);
}

TEST_F(CallsTest, ProgramsFromMemory) {
  want({any(EventType::memfd_create)});
  const pid_t pid = deed({"memfd", "renamed"});
  collect();
  const Told& made = call(pid, EventType::memfd_create);
  EXPECT_EQ(text(made, "name"), "hidden");
  EXPECT_EQ(made.record.object.type, EventObject::Type::memfd);
  const auto programs = of(static_cast<std::uint32_t>(pid), EventRecord::Kind::exec);
  ASSERT_EQ(programs.size(), 2U);
  const Told& second = *programs[1];
  EXPECT_EQ(second.record.type, EventType::execveat);
  EXPECT_TRUE(second.process.state->exe_from_memfd);
  EXPECT_EQ(second.process.exe_path, "/memfd:hidden");
  EXPECT_EQ(second.process.arguments, std::string_view("renamed\0nothing\0", 16));
}

TEST_F(CallsTest, ExecutionsThatFail) {
  want({any(EventType::execve)});
  const pid_t pid = deed({"exec-missing", "/nowhere"});
  collect();
  const Told& told = call(pid, EventType::execve);
  EXPECT_EQ(told.record.result, -ENOENT);
  EXPECT_EQ(text(told, "filename"), "/nowhere");
}

TEST_F(CallsTest, NothingIsToldWhenNothingIsWantedAnyMore) {
  want({any(EventType::openat)});
  want({});
  const pid_t pid = deed({"open", "/dev/null"});
  collect();
  EXPECT_THAT(of(static_cast<std::uint32_t>(pid), EventRecord::Kind::call), IsEmpty());
}

}  // namespace
}  // namespace doorman::source::kernel

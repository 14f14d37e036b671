// SPDX-License-Identifier: Apache-2.0
#include "action/drift_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/nanoseconds.h"
#include "drift_test.h"
#include "kern/drift_programs.h"
#include "small_container.h"

namespace doorman::action {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::DriftTold;
using tests::SmallContainer;

constexpr int not_permitted = 126, killed = 128 + SIGKILL;
constexpr const char* loader = "/lib64/ld-linux-x86-64.so.2";

/// A container without an engine, with the kernel side and the gate before it.
class DriftGuardTest : public tests::DriftTest {
 protected:
  void SetUp() override {
    DriftTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_NO_FATAL_FAILURE(start());
    container_.emplace();
    ring_.emplace(programs_->critical().value());
  }
  void TearDown() override {
    DriftTest::TearDown();
    container_.reset();
  }

  void guard_with(kern::DriftMode mode) {
    ASSERT_TRUE(maps_->set({}).ok());
    const std::uint64_t group = container_->cgroup(), made = base::read_clock(CLOCK_BOOTTIME);
    ASSERT_TRUE(maps_->put(group, {.root = group, .made = made, .drift = mode, .confirmed = true}).ok());
    if (mode != kern::DriftMode::alert) enforce();
  }

  /// What becomes of a program that no gate is asked for.
  [[nodiscard]] int stopped() const { return guard_->has_lsm() ? not_permitted : killed; }
  [[nodiscard]] doorman_drift_done stopped_as() const {
    return guard_->has_lsm() ? DOORMAN_DRIFT_REFUSED : DOORMAN_DRIFT_KILLED;
  }

  SmallContainer::Outcome run(const std::string& script) { return container_->run(script); }

  /// What was told since the last call, of the container.
  std::vector<DriftTold> told() {
    std::string bytes;
    ring_->read(bytes, SIZE_MAX);
    std::vector<DriftTold> records = tests::drift_records(bytes);
    std::erase_if(records, [&](const DriftTold& record) { return record.cgroup != container_->cgroup(); });
    return records;
  }

  std::optional<SmallContainer> container_;
  std::optional<kern::Ring> ring_;
};

auto is(doorman_drift_reason reason, doorman_drift_done done, const std::string& path) {
  return AllOf(Field(&DriftTold::drift, Field(&doorman_drift::reason, reason)),
               Field(&DriftTold::drift, Field(&doorman_drift::done, done)), Field(&DriftTold::path, path));
}

TEST_F(DriftGuardTest, TheImagesProgramsRun) {
  guard_with(kern::DriftMode::deny);
  EXPECT_EQ(run("/bin/true && ls / >/n && python3 -c 'import os; os.system(\"/bin/true\")'").status, 0);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(DriftGuardTest, AProgramThatWasWrittenLaterIsRefused) {
  guard_with(kern::DriftMode::deny);
  const auto dropped = run("cp /bin/true /evil; /evil");
  EXPECT_EQ(dropped.status, not_permitted);
  EXPECT_THAT(dropped.output, HasSubstr("Operation not permitted"));
  EXPECT_THAT(told(), ElementsAre(is(DOORMAN_DRIFT_WRITTEN, DOORMAN_DRIFT_REFUSED, "/evil")));
  EXPECT_EQ(run("cat /bin/true > /later; chmod +x /later; /later").status, not_permitted);
  EXPECT_EQ(run("cp /bin/ls /n; mv /n /bin/true; /bin/true").status, not_permitted);
  EXPECT_EQ(run("ln /bin/ls /linked; /linked").status, not_permitted);
}

TEST_F(DriftGuardTest, AFileThatIsOnlyRepermissionedIsTheImages) {
  guard_with(kern::DriftMode::deny);
  EXPECT_EQ(run("chmod 700 /bin/true && /bin/true").status, 0);
  EXPECT_EQ(run("touch /bin/true && /bin/true && /bin/true").status, 0);
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(run("/bin/true && cat /bin/ls > /bin/true && /bin/true").status, not_permitted);
}

TEST_F(DriftGuardTest, WhatIsHeldIsNotForOthersToLetGoOn) {
  guard_with(kern::DriftMode::deny);
  // A file of the image that was run, and is changed behind the gate's back: through a mapping, with its time put
  // back.
  const std::string change =
      "import mmap, os; s = os.stat('/bin/true'); f = open('/bin/true', 'r+b'); m = mmap.mmap(f.fileno(), 0);"
      "m[-1] = m[-1] ^ 1; m.flush(); os.utime('/bin/true', ns=(s.st_atime_ns, s.st_mtime_ns))";
  // SIGCONT from beside, all the time.
  const auto outcome = run("/bin/true; python3 -c \"" + change +
                           "\"; (while :; do kill -CONT -1; done) 2>/n & "
                           "for i in 1 2 3 4 5 6 7 8; do /bin/true && echo ran; done; kill $!");
  EXPECT_THAT(outcome.output, ::testing::Not(HasSubstr("ran")));
  EXPECT_EQ(outcome.output.find("python"), std::string::npos) << outcome.output;
  const auto records = told();
  EXPECT_EQ(records.size(), 8U);
  for (const DriftTold& record : records) {
    EXPECT_EQ(record.drift.reason, DOORMAN_DRIFT_WRITTEN);
    EXPECT_EQ(record.drift.done, DOORMAN_DRIFT_KILLED);
  }
}

TEST_F(DriftGuardTest, AFileWithoutANameIsRefusedOrKilled) {
  guard_with(kern::DriftMode::deny);
  const auto unlinked = run("cp /bin/true /e; exec 3</e; rm /e; /proc/self/fd/3");
  EXPECT_EQ(unlinked.status, not_permitted);
  const std::string memfd =
      "exec python3 -c 'import os; f = os.memfd_create(\"x\"); os.write(f, open(\"/bin/true\", \"rb\").read()); "
      "os.execve(f, [\"x\"], {})'";
  EXPECT_EQ(run(memfd).status, stopped() == killed ? killed : 1) << "python tells of the error";
  const auto records = told();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(records[0].drift.reason, DOORMAN_DRIFT_UNLINKED);
  EXPECT_THAT(records[0].drift.done, DOORMAN_DRIFT_REFUSED);
  EXPECT_THAT(records[1].drift.reason, DOORMAN_DRIFT_MEMORY);
  EXPECT_THAT(records[1].drift.done, stopped_as());
  EXPECT_THAT(records[1].path, HasSubstr("memfd:x"));
}

TEST_F(DriftGuardTest, ADynamicLoaderRunsTheImagesFilesAlone) {
  guard_with(kern::DriftMode::deny);
  if (!std::filesystem::exists(loader)) GTEST_SKIP() << "no " << loader;
  EXPECT_EQ(run(fmt::format("exec {} /bin/true", loader)).status, 0);
  EXPECT_EQ(run(fmt::format("cd /bin; exec {} ./true", loader)).status, 0);
  EXPECT_EQ(run(fmt::format("exec {} --list /bin/true", loader)).status, 0);
  EXPECT_EQ(run(fmt::format("chmod 700 /bin/true; exec {} /bin/true", loader)).status, 0);
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(run(fmt::format("cp /bin/true /evil; exec {} /evil", loader)).status, killed);
  EXPECT_THAT(told(), ElementsAre(is(DOORMAN_DRIFT_LOADER, DOORMAN_DRIFT_KILLED, "/evil")));
  EXPECT_EQ(run(fmt::format("exec {0} {0} /evil", loader)).status, killed);
  EXPECT_EQ(run(fmt::format("cd /; exec {} ./evil", loader)).status, killed);
  EXPECT_EQ(run(fmt::format("exec 3</evil; exec {} /proc/self/fd/3", loader)).status, killed);
  EXPECT_EQ(
      run(fmt::format("mkdir -p /t/bin && cp /evil /t/bin/true && exec {} --argv0 x /t/bin/true", loader)).status,
      killed);
}

TEST_F(DriftGuardTest, AScriptThatNamesItsInterpreterIsAProgram) {
  guard_with(kern::DriftMode::deny);
  EXPECT_EQ(run("printf '#!/bin/sh\\nexit 7\\n' > /s; chmod +x /s; /s").status, not_permitted);
  EXPECT_THAT(told(), ElementsAre(is(DOORMAN_DRIFT_SCRIPT, DOORMAN_DRIFT_REFUSED, "/s")));
  EXPECT_EQ(run("sh /s").status, 7) << "opens data: a limit that is named";
}

TEST_F(DriftGuardTest, AScriptOfTheImageThatWasChangedThroughAMappingIsRefused) {
  guard_with(kern::DriftMode::deny);
  const std::string script = "/bin/ldd";
  if (!std::filesystem::exists("/usr" + script)) GTEST_SKIP() << "no " << script;
  const std::string change = "import mmap, os; s = os.stat(\"" + script + "\"); f = open(\"" + script +
                             "\", \"r+b\"); m = mmap.mmap(f.fileno(), 0); m[-1] = 35; m.flush(); "
                             "os.utime(\"" +
                             script + "\", ns=(s.st_atime_ns, s.st_mtime_ns))";
  const auto outcome =
      run(script + " --version >/n && chmod 700 " + script + " && " + script +
          " --version >/n && echo same; python3 -c '" + change + "'; exec " + script + " --version");
  EXPECT_THAT(outcome.output, ::testing::StartsWith("same"));
  EXPECT_EQ(outcome.status, not_permitted) << outcome.output;
  EXPECT_THAT(told(), ElementsAre(is(DOORMAN_DRIFT_SCRIPT, DOORMAN_DRIFT_REFUSED, script)));
}

TEST_F(DriftGuardTest, OtherFileSystemsAreNotTheImages) {
  guard_with(kern::DriftMode::deny);
  // Not known to the gate: the kernel side alone.
  EXPECT_EQ(run("mount -t tmpfs t /mnt; cp /bin/true /mnt/e; exec /mnt/e").status, stopped());
  EXPECT_THAT(told(), ElementsAre(is(DOORMAN_DRIFT_FOREIGN, stopped_as(), "/mnt/e")));
  // A new root does not make it the image's.
  EXPECT_EQ(run("mount -t tmpfs t /mnt; cp -rL /lib64 /mnt/; mkdir /mnt/bin /mnt/lib; cp /bin/true /mnt/bin;"
                "cp -L --parents /lib/x86_64-linux-gnu/libc.so.6 /mnt; exec chroot /mnt /bin/true")
                .status,
            stopped());
  told();
  // Known to the gate: EPERM, from some time on.
  int ends[2];  // NOLINT(*-avoid-c-arrays)
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t pid = container_->start(
      "mount -t tmpfs t /mnt; cp /bin/true /mnt/e; echo; i=0;"
      "while [ $i -lt 200 ]; do sleep .02; /mnt/e; s=$?; [ $s = 126 ] && exit $s; "
      "i=$((i + 1)); done",
      ends[1]);
  char ready = 0;
  ASSERT_EQ(::read(ends[0], &ready, 1), 1);
  const auto added = guard_->add_container(container_->cgroup(), static_cast<std::uint32_t>(pid));
  EXPECT_TRUE(added.ok()) << added.error().message();
  EXPECT_EQ(SmallContainer::wait_for(pid), not_permitted);
  ::close(ends[0]);
  ::close(ends[1]);
  const auto records = told();
  ASSERT_FALSE(records.empty());
  EXPECT_THAT(records.back(), is(DOORMAN_DRIFT_FOREIGN, DOORMAN_DRIFT_REFUSED, "/mnt/e"));
}

TEST_F(DriftGuardTest, WithoutLayersTheTimeTells) {
  if (!std::filesystem::exists("/usr/bin/busybox")) GTEST_SKIP() << "no busybox here";
  container_.emplace(SmallContainer::Root::plain);
  ::sleep(2);  // what was there before the container is older than it
  guard_with(kern::DriftMode::deny);
  EXPECT_EQ(run("exec /bin/true").status, 0);
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(run("cp /bin/busybox /bin/busybox-x; exec /bin/busybox-x true").status, killed);
  EXPECT_THAT(told(), ElementsAre(is(DOORMAN_DRIFT_WRITTEN, DOORMAN_DRIFT_KILLED, "/bin/busybox-x")));
}

TEST_F(DriftGuardTest, KillModeKills) {
  guard_with(kern::DriftMode::kill);
  EXPECT_EQ(run("cp /bin/true /evil; exec /evil").status, killed);
  EXPECT_THAT(told(), ElementsAre(is(DOORMAN_DRIFT_WRITTEN, DOORMAN_DRIFT_KILLED, "/evil")));
  EXPECT_EQ(run("chmod 700 /bin/true && exec /bin/true").status, 0);
  EXPECT_EQ(run("printf '#!/bin/sh\\nexit 7\\n' > /s; chmod +x /s; exec /s").status, killed);
}

TEST_F(DriftGuardTest, AlertTellsAndOffDoesNot) {
  guard_with(kern::DriftMode::alert);
  EXPECT_EQ(run("cp /bin/true /evil; /evil").status, 0);
  EXPECT_THAT(told(), ElementsAre(is(DOORMAN_DRIFT_WRITTEN, DOORMAN_DRIFT_TOLD, "/evil")));
  ASSERT_TRUE(guard_->set_mode(container_->cgroup(), model::DriftMode::off).ok());
  EXPECT_EQ(run("/evil").status, 0);
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_FALSE(guard_->set_mode(container_->cgroup() + 1'000'000, model::DriftMode::off).ok());
}

TEST_F(DriftGuardTest, WhatIsToldOfAnImagesFileIsTakenBack) {
  guard_with(kern::DriftMode::alert);
  int ends[2];  // NOLINT(*-avoid-c-arrays)
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t pid = container_->start(
      "cp /bin/sleep /evil; chmod 700 /bin/sleep; /bin/sleep 0; /evil 0; echo; read x < /mnt", ends[1]);
  const pid_t other = container_->start("chmod 700 /bin/true; /bin/true; echo; while :; do :; done", ends[1]);
  char ready = 0;
  ASSERT_EQ(::read(ends[0], &ready, 1), 1);
  ASSERT_EQ(::read(ends[0], &ready, 1), 1);
  SmallContainer::wait_for(pid);
  std::size_t of_image = 0, of_others = 0;
  for (const DriftTold& record : told()) {
    model::EventRecord event;
    event.pid = record.pid;
    model::DriftRecord drift{.path = record.path, .filename = {}, .reason = model::DriftRecord::Reason::written};
    const bool image = guard_->is_image_program(
        {.record = event, .drift = drift, .container_pid = static_cast<std::uint32_t>(other)});
    EXPECT_EQ(image, record.path != "/evil") << record.path;
    ++(image ? of_image : of_others);
  }
  EXPECT_GE(of_image, 2U);
  EXPECT_EQ(of_others, 1U);
  EXPECT_EQ(run("/bin/true").status, 0);
  EXPECT_THAT(told(), IsEmpty());
  ::kill(other, SIGKILL);
  SmallContainer::wait_for(other);
  ::close(ends[0]);
  ::close(ends[1]);
}

/// The processes of the gate, asked by whoever comes later.
class GateProcessTest : public DriftGuardTest {
 protected:
  std::vector<pid_t> gate() {
    if (!watcher_) watcher_.emplace(kern::DriftPrograms::load(pins()).value());
    std::vector<pid_t> found;
    found.reserve(2);
    for (std::size_t which = 0; which < 2; ++which)
      found.push_back(static_cast<pid_t>(watcher_->gate_process(which).first));
    return found;
  }
  void TearDown() override {
    watcher_.reset();
    DriftGuardTest::TearDown();
  }
  /// Until there are two, none of which is the other.
  std::vector<pid_t> gate_without(pid_t other) {
    std::vector<pid_t> found = gate();
    for (int tries = 0; tries < 500; ++tries, found = gate()) {
      if (found[0] != 0 && found[1] != 0 && found[0] != other && found[1] != other) break;
      ::usleep(10'000);
    }
    return found;
  }
  std::vector<pid_t> whole_gate() { return gate_without(-1); }
  void end_gate() {
    for (const pid_t pid : whole_gate()) ::kill(pid, SIGSTOP);  // so that neither replaces the other
    for (const pid_t pid : gate()) ::kill(pid, SIGKILL);
    for (int tries = 0; guard_->is_enforcing() && tries < 500; ++tries) ::usleep(10'000);
  }
  /// How long the longest of some executions took.
  std::chrono::milliseconds longest_wait(int times) {
    std::chrono::milliseconds longest{0};
    for (int time = 0; time < times; ++time) {
      const auto start = std::chrono::steady_clock::now();
      const std::string name = fmt::format("/evil{}", time);
      EXPECT_EQ(run(fmt::format("cp /bin/true {0}; exec {0}", name)).status, not_permitted);
      longest = std::max(
          longest, std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start));
    }
    return longest;
  }

  std::optional<kern::DriftPrograms> watcher_;
};

TEST_F(GateProcessTest, AStoppedGateHoldsNobodyUp) {
  guard_with(kern::DriftMode::deny);
  const auto before = whole_gate();
  for (const pid_t pid : before) ::kill(pid, SIGSTOP);
  const auto longest = longest_wait(1);
  fmt::print("both stopped: {} ms, the program's start and a copy among them\n", longest.count());
  EXPECT_LT(longest, std::chrono::seconds(10));
  EXPECT_EQ(gate(), before);
}

TEST_F(GateProcessTest, AStuckGateIsAnsweredFor) {
  guard_with(kern::DriftMode::deny);
  const auto before = whole_gate();
  const std::string frozen = tests::unified_root() + fmt::format("/doorman-test-frozen-{}", ::getpid());
  ASSERT_EQ(::mkdir(frozen.c_str(), 0755), 0);
  std::ofstream(frozen + "/cgroup.procs") << before[0] << std::flush;
  std::ofstream(frozen + "/cgroup.freeze") << 1 << std::flush;
  const auto longest = longest_wait(5);
  fmt::print("one frozen: {} ms at the longest, the program's start and a copy among them\n", longest.count());
  EXPECT_LT(longest, std::chrono::seconds(10));
  // What may be the image's, too.
  EXPECT_EQ(run(fmt::format("chmod 700 /bin/true; /bin/true; exec {} /bin/true", loader)).status, 0);
  EXPECT_EQ(gate(), before);
  std::ofstream(frozen + "/cgroup.freeze") << 0 << std::flush;
  std::ofstream(tests::unified_root() + "/cgroup.procs") << before[0] << std::flush;
  for (int tries = 0; ::rmdir(frozen.c_str()) != 0 && tries < 100; ++tries) ::usleep(10'000);
  EXPECT_EQ(run("exec /evil0").status, not_permitted);
}

TEST_F(GateProcessTest, WhoIsKilledIsReplaced) {
  guard_with(kern::DriftMode::deny);
  for (const std::size_t which : {0U, 1U, 0U}) {
    const pid_t killed_one = whole_gate()[which];
    ASSERT_GT(killed_one, 0);
    ::kill(killed_one, SIGKILL);
    EXPECT_EQ(run("cp /bin/true /evil; exec /evil").status, not_permitted);
    const auto after = gate_without(killed_one);
    EXPECT_GT(after[0], 0);
    EXPECT_GT(after[1], 0);
    EXPECT_NE(after[0], after[1]);
  }
  EXPECT_TRUE(guard_->is_enforcing());
}

TEST_F(GateProcessTest, WithoutAnyGateTheKernelStops) {
  guard_with(kern::DriftMode::deny);
  EXPECT_EQ(run("chmod 700 /bin/true; /bin/true; exec /bin/true").status, 0);
  end_gate();
  ASSERT_FALSE(guard_->is_enforcing());
  told();
  EXPECT_EQ(run("cp /bin/true /evil; exec /evil").status, stopped());
  EXPECT_THAT(told(), ElementsAre(is(DOORMAN_DRIFT_WRITTEN, stopped_as(), "/evil")));
  EXPECT_EQ(run(fmt::format("exec {} /evil", loader)).status, stopped());
  EXPECT_EQ(run("exec 3</evil; rm /evil; exec /proc/self/fd/3").status, stopped());
  EXPECT_EQ(run("exec /bin/true").status, 0) << "was approved in this state";
  EXPECT_EQ(run("exec ls /").status, 0);
}

TEST_F(GateProcessTest, WithoutAnyGateLsmHooksStopScriptsToo) {
  guard_with(kern::DriftMode::deny);
  if (!guard_->has_lsm()) GTEST_SKIP() << "no BPF-LSM here";
  EXPECT_EQ(run("printf '#!/bin/sh\\nexit 7\\n' > /s; chmod +x /s; chmod 700 /bin/ls; exec ls /").status, 0);
  end_gate();
  told();
  EXPECT_EQ(run("exec /s").status, not_permitted);
  EXPECT_THAT(told(), ElementsAre(is(DOORMAN_DRIFT_SCRIPT, DOORMAN_DRIFT_REFUSED, "/s")));
  EXPECT_EQ(run("chmod 700 /bin/true; exec /bin/true").status, not_permitted) << "nobody compares";
  EXPECT_EQ(run("exec ls /").status, 0);
  told();
  ASSERT_TRUE(guard_->set_mode(container_->cgroup(), model::DriftMode::kill).ok());
  EXPECT_EQ(run("exec /s").status, killed);
  EXPECT_THAT(told(), ElementsAre(is(DOORMAN_DRIFT_SCRIPT, DOORMAN_DRIFT_KILLED, "/s")));
  ASSERT_TRUE(guard_->set_mode(container_->cgroup(), model::DriftMode::alert).ok());
  EXPECT_EQ(run("exec /s").status, 7);
}

TEST_F(GateProcessTest, ANewGuardsGateReplacesTheEarlierOne) {
  guard_with(kern::DriftMode::deny);
  const auto before = whole_gate();
  auto later = DriftGuard::start(pins());
  ASSERT_TRUE(later.ok());
  const auto enforced = later->enforce();
  ASSERT_TRUE(enforced.ok()) << enforced.error().message();
  EXPECT_TRUE(later->is_enforcing());
  const auto after = gate();
  for (const pid_t pid : before) {
    EXPECT_THAT(after, ::testing::Not(::testing::Contains(pid)));
  }
  EXPECT_EQ(run("cp /bin/true /evil; exec /evil").status, not_permitted);
  EXPECT_TRUE(later->stop(false).ok());
  EXPECT_FALSE(guard_->is_enforcing());
}

}  // namespace
}  // namespace doorman::action

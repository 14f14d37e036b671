// SPDX-License-Identifier: Apache-2.0
#include "source/kernel/kernel_source.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "kernel_source_test.h"
#include "parse/event/guard.h"
#include "scratch.h"

namespace doorman::source::kernel {
namespace {

namespace fs = std::filesystem;
using model::EventRecord;
using model::EventType;

using tests::KernelSourceTest;
using tests::Told;

TEST_F(KernelSourceTest, Execution) {
  const pid_t pid = deed({"exit", "7", "", "a b"});
  collect();
  const Told& exec = one(pid, EventRecord::Kind::exec);
  EXPECT_EQ(exec.record.type, EventType::execve);
  EXPECT_EQ(exec.process.exe_path, DOORMAN_DEED);
  EXPECT_EQ(exec.process.filename, DOORMAN_DEED);
  EXPECT_EQ(exec.process.script_path.data(), nullptr);
  EXPECT_EQ(exec.process.comm, "doorman_deed");
  EXPECT_EQ(exec.process.arguments, std::string(DOORMAN_DEED) + std::string("\0exit\0007\0\0a b\0", 13));
  EXPECT_EQ(exec.process.cwd, fs::current_path().string());
  EXPECT_EQ(exec.process.environment.data(), nullptr);
  ASSERT_TRUE(exec.process.state.has_value());
  const model::ProcessState& state = *exec.process.state;
  struct stat status{};
  ASSERT_EQ(::stat(DOORMAN_DEED, &status), 0);
  EXPECT_EQ(state.exe_inode, status.st_ino);
  EXPECT_EQ(state.exe_mtime, static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000U +
                                 static_cast<std::uint64_t>(status.st_mtim.tv_nsec));
  EXPECT_EQ(state.exe_ctime, static_cast<std::uint64_t>(status.st_ctim.tv_sec) * 1'000'000'000U +
                                 static_cast<std::uint64_t>(status.st_ctim.tv_nsec));
  EXPECT_EQ(state.parent.pid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(state.uid, ::geteuid());
  EXPECT_EQ(state.session, static_cast<std::uint32_t>(::getsid(0)));
  EXPECT_EQ(state.group, static_cast<std::uint32_t>(::getpgid(0)));
  EXPECT_EQ(exec.record.uid, ::geteuid());
  EXPECT_FALSE(state.exe_from_memfd);

  const Told& exit = one(pid, EventRecord::Kind::exit);
  EXPECT_EQ(exit.record.result, 7 << 8);
  EXPECT_EQ(exit.record.start, exec.record.start);
  EXPECT_GT(exit.record.time, exec.record.time);

  bool is_born = false;
  for (const Told* fork : of(static_cast<std::uint32_t>(::getpid()), EventRecord::Kind::fork)) {
    if (fork->process.state->key != model::ProcessKey{exec.record.start, exec.record.pid}) continue;
    is_born = true;
    EXPECT_EQ(fork->process.state->parent, (model::ProcessKey{fork->record.start, fork->record.pid}));
    EXPECT_EQ(fork->record.result, pid);
    EXPECT_EQ(fork->record.type, EventType::clone);
  }
  EXPECT_TRUE(is_born);
}

TEST_F(KernelSourceTest, Script) {
  const tests::ScratchFolder scratch;
  const std::string script = scratch.path() / "script";
  std::ofstream(script) << "#!" << DOORMAN_DEED << " nothing\n";
  ASSERT_EQ(::chmod(script.c_str(), 0755), 0);
  const pid_t pid = run({script});
  collect();
  const Told& exec = one(pid, EventRecord::Kind::exec);
  EXPECT_EQ(exec.process.exe_path, DOORMAN_DEED);
  EXPECT_EQ(exec.process.script_path, script);
  EXPECT_EQ(exec.process.filename, script);
  EXPECT_EQ(exec.process.comm, "script");
}

TEST_F(KernelSourceTest, SeedKnowsProcessesAsEventsDo) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  std::string seed;
  const auto read = source_->read_seed(seed);
  ASSERT_TRUE(read.ok()) << read.error().message();
  take(seed);
  const Told& own = one(::getpid(), EventRecord::Kind::change);
  const Told& its = one(child, EventRecord::Kind::change);
  ASSERT_TRUE(own.process.state && its.process.state) << ::getpid() << ", " << child << " among " << pids();
  EXPECT_EQ(own.process.exe_path, fs::read_symlink("/proc/self/exe").string());
  EXPECT_TRUE(own.process.arguments.ends_with(std::string_view("\0", 1)));
  EXPECT_EQ(its.process.state->parent, own.process.state->key);
  EXPECT_EQ(its.process.state->pidns_start, own.process.state->pidns_start);
  EXPECT_LT(own.process.state->pidns_start, own.record.start);

  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  collect();
  bool is_born = false;
  for (const Told* fork : of(static_cast<std::uint32_t>(::getpid()), EventRecord::Kind::fork)) {
    is_born |= fork->process.state->key == its.process.state->key;
  }
  EXPECT_TRUE(is_born);
  EXPECT_EQ(one(child, EventRecord::Kind::exit).record.result, SIGKILL);
}

/// A folder of the hierarchy of version 2, made and removed.
class ControlGroup {
 public:
  static std::string root() {
    std::ifstream mounts("/proc/self/mounts");
    for (std::string device, where, type, rest; mounts >> device >> where >> type && std::getline(mounts, rest);) {
      if (type == "cgroup2") return where;
    }
    return {};
  }
  explicit ControlGroup(std::string path) : path_(root() + std::move(path)) { ::mkdir(path_.c_str(), 0755); }
  ControlGroup(const ControlGroup&) = delete;
  ControlGroup& operator=(const ControlGroup&) = delete;
  ~ControlGroup() { remove(); }
  void remove() const { ::rmdir(path_.c_str()); }
  [[nodiscard]] std::uint64_t id() const {
    struct stat status{};
    return ::stat(path_.c_str(), &status) == 0 ? status.st_ino : 0;
  }
  void enter(pid_t pid) const { std::ofstream(path_ + "/cgroup.procs") << pid; }

 private:
  std::string path_;
};

TEST_F(KernelSourceTest, ControlGroupsOfContainersAreKnownBeforeAnythingRuns) {
  if (ControlGroup::root().empty()) GTEST_SKIP() << "no control groups of version 2";
  const std::string id(64, 'e');
  const std::string base = "/doorman-test-" + std::to_string(::getpid());
  const ControlGroup top(base), container(base + "/libpod-" + id + ".scope"),
      below(base + "/libpod-" + id + ".scope/in"), monitor(base + "/libpod-conmon-" + id + ".scope"),
      pod(base + "/pod_" + id + ".slice"), short_id(base + "/libpod-" + id.substr(1) + ".scope");
  ASSERT_NE(below.id(), 0U);
  const auto watched = [&](const ControlGroup& group) {
    return source_->maps().find(group.id()).value_or(std::nullopt);
  };
  EXPECT_FALSE(watched(top));
  EXPECT_FALSE(watched(monitor));
  EXPECT_FALSE(watched(pod));
  EXPECT_FALSE(watched(short_id));
  ASSERT_TRUE(watched(container));
  EXPECT_EQ(watched(container)->root, container.id());
  EXPECT_FALSE(watched(container)->confirmed);
  ASSERT_TRUE(watched(below));
  EXPECT_EQ(watched(below)->root, container.id());

  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  below.enter(child);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const std::uint64_t group = below.id();
  below.remove();
  collect();
  EXPECT_EQ(one(child, EventRecord::Kind::change).record.cgroup, group);
  EXPECT_EQ(one(child, EventRecord::Kind::exit).record.cgroup, group);
  std::vector<std::string> story;
  for (const Told* each : of(static_cast<std::uint32_t>(::getpid()), EventRecord::Kind::cgroup)) {
    if (each->record.cgroup != group) continue;
    const auto told = parse::event::decode_cgroup(each->record);
    ASSERT_TRUE(told.ok());
    EXPECT_EQ(told->path, base + "/libpod-" + id + ".scope/in");
    EXPECT_EQ(told->parent, container.id());
    EXPECT_FALSE(told->comm.empty());
    story.emplace_back(each->record.gone ? "gone" : "made");
  }
  EXPECT_THAT(story, ::testing::ElementsAre("made", "gone"));
}

}  // namespace
}  // namespace doorman::source::kernel

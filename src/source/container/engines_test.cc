// SPDX-License-Identifier: Apache-2.0
// Real engines: what we find must be what they say themselves. `ctest -R e2e.containers` runs them, with
// DOORMAN_E2E set, as root; what is not installed is skipped, aloud.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <thread>

#include "base/fd.h"
#include "engines.h"
#include "source/container/finder.h"

namespace doorman::source::container {
namespace {

using namespace std::chrono_literals;
using State = Finding::State;
using tests::has_program;
using tests::must_run;
using tests::run_shell;
using tests::ScratchFolder;

constexpr auto patience = 60s;

using Programs = std::vector<std::string>;

/// Why a test with these programs cannot run here; empty: it can.
std::string missing(const Programs& programs) {
  if (std::getenv("DOORMAN_E2E") == nullptr) return "a test of its own: ctest -R e2e.containers";
  if (::geteuid() != 0) return "needs root";
  if (!EngineFolders::of_this_host().ok()) return "no cgroup v2 here";
  for (const std::string& program : programs) {
    if (!has_program(program)) return program + " is not installed";
  }
  return "";
}

#define NEED(...) \
  if (const std::string why = missing(__VA_ARGS__); !why.empty()) GTEST_SKIP() << why

bool wait_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

ContainerFinder make_finder() { return ContainerFinder(EngineFolders::of_this_host().value()); }

/// The container of that id or name among those that run.
std::optional<RunningContainer> running_one(ContainerFinder& finder, const std::string& id) {
  std::vector<std::string> problems;
  auto all = finder.running(&problems);
  EXPECT_TRUE(all.ok());
  for (const std::string& problem : problems) EXPECT_THAT(problem, testing::Not(testing::HasSubstr(id)));
  for (RunningContainer& one : *all) {
    if (one.finding.container.id == id) return std::move(one);
  }
  return std::nullopt;
}

/// Podman with a storage of its own, which no configuration names.
class Podman {
 public:
  Podman() {
    tests::make_root_tar(scratch_.path());
    must_run(command() + "import -q --change 'LABEL of.image=yes' " + (scratch_.path() / "root.tar").string() +
             " localhost/who:1");
  }
  Podman(const Podman&) = delete;
  Podman& operator=(const Podman&) = delete;
  ~Podman() {
    run_shell(command() + "rm -fa -t 0");
    run_shell(command() + "pod rm -fa");
    run_shell("umount -l " + storage() + "/overlay");
  }

  [[nodiscard]] std::string storage() const { return (scratch_.path() / "storage").string(); }
  [[nodiscard]] std::string command() const {
    return "podman --runtime runc --root " + storage() + " --runroot " + (scratch_.path() / "run").string() + " ";
  }
  [[nodiscard]] std::string run_command(const std::string& options) const {
    return command() + "run --ulimit nofile=2000:2000 --ulimit nproc=400:400 --network none " + options +
           " localhost/who:1 ";
  }
  [[nodiscard]] std::string inspect(const std::string& name, const std::string& format) const {
    return must_run(command() + "inspect -f '" + format + "' " + name);
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return scratch_.path(); }

 private:
  ScratchFolder scratch_;
};

void expect_as_podman_says(const Podman& podman, const std::string& name, const Finding& finding) {
  const model::Container& found = finding.container;
  EXPECT_EQ(finding.state, State::container);
  EXPECT_EQ(found.engine, "podman");
  EXPECT_EQ(found.id, podman.inspect(name, "{{.Id}}"));
  EXPECT_EQ(found.name, podman.inspect(name, "{{.Name}}"));
  EXPECT_EQ(found.image, podman.inspect(name, "{{.ImageName}}"));
  EXPECT_EQ(found.image_id, "sha256:" + podman.inspect(name, "{{.Image}}"));
  EXPECT_EQ(found.hostname, podman.inspect(name, "{{.Config.Hostname}}"));
  EXPECT_EQ(found.digest, must_run(podman.command() + "image inspect -f '{{.Digest}}' localhost/who:1"));
  EXPECT_EQ(found.repository, "localhost/who");
  EXPECT_EQ(found.tag, "1");
  EXPECT_EQ(std::to_string(found.labels.size()), podman.inspect(name, "{{len .Config.Labels}}"));
  for (const auto& [key, value] : found.labels) {
    EXPECT_EQ(value, podman.inspect(name, "{{index .Config.Labels \"" + key + "\"}}"));
  }
  EXPECT_THAT(found.names.users, testing::SizeIs(2));
  EXPECT_EQ(found.names.user(1000)->name, "shop");
  EXPECT_TRUE(std::filesystem::exists(finding.root + "/bin/sleep")) << finding.root;
}

TEST(RealPodman, SaysWhatWeFind) {
  NEED({"podman", "runc"});
  const Podman podman;
  must_run(podman.run_command("-d --name web --label a=b --label 'of.test=y z' -v " + podman.folder().string() +
                              ":/data:ro") +
           "sleep 1000");
  ContainerFinder finder = make_finder();
  const auto web = running_one(finder, podman.inspect("web", "{{.Id}}"));
  ASSERT_TRUE(web) << "found though no configuration names its storage";
  expect_as_podman_says(podman, "web", web->finding);
  const model::Container& found = web->finding.container;
  EXPECT_EQ(found.privileged, false);
  EXPECT_EQ(found.host_pid, false);
  EXPECT_EQ(found.host_network, false);
  ASSERT_THAT(found.mounts, testing::SizeIs(1));
  EXPECT_EQ(found.mounts[0].source, podman.folder().string());
  EXPECT_EQ(found.mounts[0].destination, "/data");
  EXPECT_FALSE(found.mounts[0].writable);
  const auto id = control_group_id(finder.folders(), web->finding.group);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(web->groups.front().id, *id);
  EXPECT_TRUE(web->finding.settings->seccomp);
  EXPECT_EQ(web->finding.settings->args, (std::vector<std::string>{"sleep", "1000"}));
}

TEST(RealPodman, PodPrivilegesAndNamespaces) {
  NEED({"podman", "runc"});
  const Podman podman;
  must_run(podman.command() + "pod create --infra=false --name crew --label team=blue");
  must_run(podman.run_command("-d --name member --pod crew --privileged --pid host --ipc host") + "sleep 1000");
  ContainerFinder finder = make_finder();
  const auto member = running_one(finder, podman.inspect("member", "{{.Id}}"));
  ASSERT_TRUE(member);
  expect_as_podman_says(podman, "member", member->finding);
  const model::Container& found = member->finding.container;
  EXPECT_EQ(found.pod_name, "crew");
  EXPECT_EQ(found.pod_uid, podman.inspect("member", "{{.Pod}}"));
  EXPECT_EQ(found.pod_labels, (model::Container::Labels{{"team", "blue"}}));
  EXPECT_EQ(found.privileged, true);
  EXPECT_EQ(found.host_pid, true);
  EXPECT_EQ(found.host_ipc, true);
  EXPECT_EQ(found.host_network, false);
}

TEST(RealPodman, AddressesAndPublishedPorts) {
  NEED({"podman", "runc"});
  const Podman podman;
  const std::string options = "run -d --ulimit nofile=2000:2000 --ulimit nproc=400:400 ";
  const auto net =
      run_shell(podman.command() + options + "--name net -p 127.0.0.1:18080:80 localhost/who:1 sleep 1000");
  if (net.code != 0) GTEST_SKIP() << "podman has no network here: " << net.output;
  must_run(podman.command() + options + "--name host --network host localhost/who:1 sleep 1000");
  ContainerFinder finder = make_finder();
  const auto own = running_one(finder, podman.inspect("net", "{{.Id}}"));
  const auto host = running_one(finder, podman.inspect("host", "{{.Id}}"));
  ASSERT_TRUE(own);
  ASSERT_TRUE(host);
  const std::string address = podman.inspect("net", "{{.NetworkSettings.IPAddress}}");
  EXPECT_EQ(own->finding.container.ip, address);
  EXPECT_EQ(own->finding.ports, (std::vector<model::PublishedPort>{{"tcp", "127.0.0.1", 18080, 80}}));
  const auto addresses = finder.addresses(own->finding.group);
  ASSERT_TRUE(addresses.ok());
  ASSERT_FALSE(addresses->empty());
  EXPECT_EQ(to_text(addresses->front()), address) << "the namespace says the same as the engine";
  EXPECT_EQ(host->finding.container.host_network, true);
  EXPECT_THAT(finder.addresses(host->finding.group).value(), testing::IsEmpty());
}

TEST(RealPodman, WhatIsBelowAContainersGroupIsTheContainer) {
  NEED({"podman", "runc"});
  const Podman podman;
  must_run(podman.run_command("-d --name nest") + "sleep 1000");
  ContainerFinder finder = make_finder();
  const std::string id = podman.inspect("nest", "{{.Id}}");
  auto nest = running_one(finder, id);
  ASSERT_TRUE(nest);
  // One that looks like another container's.
  const std::string inner = nest->finding.group + "/docker-" + std::string(64, 'a') + ".scope";
  const std::string folder = finder.folders().groups + inner;
  must_run("mkdir " + folder);
  const auto found = finder.find(inner);
  nest = running_one(finder, id);
  must_run("rmdir " + folder);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->container.id, id);
  EXPECT_EQ(found->container.name, "nest");
  ASSERT_TRUE(nest);
  ASSERT_THAT(nest->groups, testing::SizeIs(2));
  EXPECT_EQ(nest->groups[1].path, inner);
}

TEST(RealPodman, TheMonitorAndTheHostAreNoContainers) {
  NEED({"podman", "runc"});
  const Podman podman;
  must_run(podman.run_command("-d --name web") + "sleep 1000");
  ContainerFinder finder = make_finder();
  const std::string id = podman.inspect("web", "{{.Id}}");
  for (const std::string& path :
       {std::string("/libpod_parent/conmon"), "/machine.slice/libpod-conmon-" + id + ".scope", std::string("/"),
        std::string("/system.slice/podman.service"),
        // In a user's part of the tree names prove nothing.
        "/user.slice/user-1000.slice/user@1000.service/app.slice/libpod-" + id + ".scope",
        "/user.slice/user-1000.slice/user@1000.service/app.slice/docker-" + id + ".scope"}) {
    const auto found = finder.find(path);
    ASSERT_TRUE(found.ok()) << path;
    EXPECT_EQ(found->state, State::none) << path;
  }
  // Root can name a group like this, but the bundle of the container speaks of another one.
  const auto other = finder.find("/elsewhere/libpod-" + id);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->state, State::none);
  // No files speak of this one.
  const auto unknown = finder.find("/libpod_parent/libpod-" + std::string(64, '0'));
  ASSERT_TRUE(unknown.ok());
  EXPECT_EQ(unknown->state, State::not_yet);
  EXPECT_EQ(unknown->container.id, std::string(64, '0'));
  EXPECT_EQ(unknown->container.engine, "podman");
  const auto nothing = finder.find("/nobody/knows");
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ(nothing->state, State::not_yet);
  EXPECT_EQ(nothing->container.id, "");
}

/// New groups below one, as the kernel tells of them.
class GroupWatch {
 public:
  explicit GroupWatch(const std::string& folder) : fd_(::inotify_init1(IN_CLOEXEC)) {
    if (::inotify_add_watch(fd_.get(), folder.c_str(), IN_CREATE | IN_ONLYDIR) < 0)
      throw std::runtime_error(folder);
  }
  /// The next names, after at most 100 ms.
  std::vector<std::string> next() {
    std::vector<std::string> names;
    pollfd waiting{fd_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, 100) <= 0) return names;
    alignas(inotify_event) std::array<char, 16384> buffer{};
    const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      if (event->len > 0) names.emplace_back(event->name);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
    return names;
  }

 private:
  base::Fd fd_;
};

TEST(RealPodman, AHundredShortOnesInARowAllHaveAnIdentity) {
  NEED({"podman", "runc"});
  const Podman podman;
  must_run(podman.run_command("--rm") + "true");  // makes /libpod_parent
  ContainerFinder finder = make_finder();
  GroupWatch watch(finder.folders().groups + "/libpod_parent");
  constexpr int count = 100;
  std::atomic<bool> done = false;
  std::vector<std::string> made;
  std::thread runner([&] {
    for (int i = 0; i < count; ++i) {
      const std::string id_file = (podman.folder() / ("id" + std::to_string(i))).string();
      run_shell(podman.run_command("--rm --cidfile " + id_file + " --label number=" + std::to_string(i)) + "true");
      std::ifstream file(id_file);
      made.emplace_back();
      file >> made.back();
    }
    done = true;
  });
  std::map<std::string, Finding> found;
  std::chrono::nanoseconds spent{}, longest{};
  int late = 0;
  while (!done) {
    for (const std::string& name : watch.next()) {
      Finding finding;
      for (int attempt = 0; attempt < 100; ++attempt) {
        const auto start = std::chrono::steady_clock::now();
        auto looked = finder.find("/libpod_parent/" + name);
        const auto took = std::chrono::steady_clock::now() - start;
        spent += took;
        longest = std::max<std::chrono::nanoseconds>(longest, took);
        if (looked.ok()) finding = std::move(looked).value();
        if (looked.ok() && finding.state != State::not_yet) break;
        ++late;
        std::this_thread::sleep_for(5ms);
      }
      if (!finding.container.id.empty()) found.emplace(finding.container.id, std::move(finding));
    }
  }
  runner.join();
  ASSERT_EQ(made.size(), count);
  for (int i = 0; i < count; ++i) {
    const auto one = found.find(made[static_cast<std::size_t>(i)]);
    ASSERT_NE(one, found.end()) << i;
    EXPECT_EQ(one->second.state, State::container) << i;
    EXPECT_TRUE(one->second.container.image_id.starts_with("sha256:")) << i;
    EXPECT_EQ(one->second.container.image, "localhost/who:1");
    EXPECT_THAT(one->second.container.labels, testing::Contains(testing::Pair("number", std::to_string(i))));
  }
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  std::printf("find: %lld us on average, %lld at most, asked again %d times\n",
              static_cast<long long>(duration_cast<microseconds>(spent).count() / (count + late)),
              static_cast<long long>(duration_cast<microseconds>(longest).count()), late);
}

/// Runs a daemon until the test ends.
class Daemon {
 public:
  Daemon(const std::string& command, const std::string& log, const std::function<bool()>& ready) {
    pid_ = std::stoi(must_run(command + " >" + log + " 2>&1 </dev/null & echo $!"));
    if (!wait_until(ready))
      throw std::runtime_error(command + " does not start:\n" + run_shell("tail -5 " + log).output);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  ~Daemon() {
    ::kill(pid_, SIGTERM);
    wait_until([this] { return ::kill(pid_, 0) != 0; });
  }

 private:
  pid_t pid_ = 0;
};

TEST(RealDocker, SaysWhatWeFind) {
  NEED({"dockerd", "docker", "runc"});
  const ScratchFolder scratch;
  const std::string folder = scratch.path().string(), docker = "docker -H unix://" + folder + "/sock ";
  const std::string tar = tests::make_root_tar(scratch.path());
  const Daemon daemon("dockerd --iptables=false --ip6tables=false --bridge=none --storage-driver vfs --data-root " +
                          folder + "/data --exec-root " + folder + "/exec --pidfile " + folder + "/pid -H unix://" +
                          folder + "/sock",
                      folder + "/log", [&] { return run_shell(docker + "version").code == 0; });
  must_run(docker + "import " + tar + " who:1");
  must_run(docker + "run -d --network none --name web --label a=b -v " + folder + ":/data who:1 sleep 1000");
  must_run(docker + "run -d --network host --pid host --name free $(" + docker + "images -q who:1) sleep 1000");
  ContainerFinder finder = make_finder();
  const auto inspect = [&](const std::string& name, const std::string& format) {
    return must_run(docker + "inspect -f '" + format + "' " + name);
  };
  const auto web = running_one(finder, inspect("web", "{{.Id}}")),
             free = running_one(finder, inspect("free", "{{.Id}}"));
  run_shell(docker + "rm -f web free");
  ASSERT_TRUE(web);
  ASSERT_TRUE(free);
  const model::Container& found = web->finding.container;
  EXPECT_EQ(web->finding.state, State::container);
  EXPECT_EQ(found.engine, "docker");
  EXPECT_EQ(found.name, "web");
  EXPECT_EQ(found.image, "who:1");
  EXPECT_EQ(found.repository, "who");
  EXPECT_EQ(found.tag, "1");
  EXPECT_EQ(found.image_id, must_run("sed 's/.*\"who:1\":\"\\([^\"]*\\)\".*/\\1/' " + folder +
                                     "/data/image/vfs/repositories.json"));
  EXPECT_EQ(found.labels, (model::Container::Labels{{"a", "b"}}));
  EXPECT_EQ(found.hostname, found.id.substr(0, 12));
  EXPECT_EQ(found.privileged, false);
  EXPECT_EQ(found.host_network, false);
  ASSERT_THAT(found.mounts, testing::SizeIs(1));
  EXPECT_TRUE(found.mounts[0].writable);
  EXPECT_EQ(found.names.users.size(), 2U);
  EXPECT_EQ(free->finding.container.host_network, true);
  EXPECT_EQ(free->finding.container.host_pid, true);
  EXPECT_EQ(free->finding.container.repository, "who") << "asked for by id, named by its tag";
  EXPECT_EQ(free->finding.container.tag, "1");
}

TEST(RealContainerd, SaysWhatWeFind) {
  NEED({"containerd", "ctr", "runc", "podman"});
  const ScratchFolder scratch;
  const std::string folder = scratch.path().string(), ctr = "ctr -a " + folder + "/sock ";
  std::string config, target;
  {
    const Podman podman;
    must_run(podman.command() + "save -q --format oci-archive -o " + folder + "/who.tar localhost/who:1");
    config = "sha256:" + must_run(podman.command() + "image inspect -f '{{.Id}}' localhost/who:1");
  }
  const Daemon daemon("containerd --root " + folder + "/root --state " + folder + "/state -a " + folder + "/sock",
                      folder + "/log", [&] { return run_shell(ctr + "version").code == 0; });
  must_run(ctr + "image import " + folder + "/who.tar");
  must_run(ctr + "run -d --snapshotter native --label a=b localhost/who:1 web sleep 1000");
  target = must_run(ctr + "image ls | awk '$1 == \"localhost/who:1\" { print $3 }'");
  ContainerFinder finder = make_finder();
  const auto web = running_one(finder, "web");
  const auto inner = finder.find("/default/web/inner");
  run_shell(ctr + "task kill -s KILL web; sleep 1; " + ctr + "task rm web; " + ctr + "container rm web");
  ASSERT_TRUE(web);
  const model::Container& found = web->finding.container;
  EXPECT_EQ(web->finding.state, State::container);
  EXPECT_EQ(web->finding.group, "/default/web");
  EXPECT_EQ(found.engine, "containerd");
  EXPECT_EQ(found.name, "web");
  EXPECT_EQ(found.image, "localhost/who:1");
  EXPECT_EQ(found.repository, "localhost/who");
  EXPECT_EQ(found.digest, target);
  EXPECT_EQ(found.image_id, config);
  EXPECT_THAT(found.labels, testing::Contains(testing::Pair("a", "b")));
  EXPECT_EQ(found.names.users.size(), 2U);
  ASSERT_TRUE(inner.ok());
  EXPECT_EQ(inner->container.id, "web");
}

TEST(RealRunc, IsFoundByItsStateAndByItsMaker) {
  NEED({"runc"});
  const ScratchFolder scratch;
  const std::string folder = scratch.path().string();
  tests::make_root_tar(scratch.path());
  must_run("cd " + folder +
           " && mv root rootfs && runc spec && sed -i 's/\"terminal\": true/\"terminal\": false/; "
           "s/\"sh\"/\"sleep\", \"1000\"/;" +
           " s/\"hard\": 1024/\"hard\": 1024/' config.json");
  ContainerFinder finder = make_finder();
  GroupWatch watch(finder.folders().groups);
  const std::string id = "doorman-test-" + std::to_string(::getpid());
  // The runtime is stopped at the birth of the group by nobody: whether its files are there already is chance, the
  // maker is not.
  const pid_t maker = std::stoi(must_run("cd " + folder + "; runc run " + id + " >log 2>&1 </dev/null & echo $!"));
  std::optional<Finding> early;
  wait_until([&] {
    for (const std::string& name : watch.next()) {
      if (name != id) continue;
      auto found = finder.find("/" + id, static_cast<std::uint32_t>(maker));
      EXPECT_TRUE(found.ok());
      early = std::move(found).value();
    }
    return early.has_value();
  });
  std::optional<RunningContainer> late;
  wait_until([&] { return (late = running_one(finder, id)).has_value(); });
  run_shell("runc kill " + id + " KILL; sleep 0.2; runc delete -f " + id);
  ASSERT_TRUE(early) << tests::run_shell("cat " + folder + "/log").output;
  ASSERT_TRUE(late);
  for (const Finding* finding : {&*early, &late->finding}) {
    EXPECT_EQ(finding->state, State::container);
    EXPECT_EQ(finding->container.id, id);
    EXPECT_EQ(finding->container.name, id);
    EXPECT_EQ(finding->container.engine, "runc");
    EXPECT_EQ(finding->container.image_id, "");
    EXPECT_EQ(finding->bundle, folder);
    EXPECT_EQ(finding->root, folder + "/rootfs");
    EXPECT_EQ(finding->container.hostname, "runc");
    EXPECT_EQ(finding->container.names.users.size(), 2U);
  }
}

}  // namespace
}  // namespace doorman::source::container

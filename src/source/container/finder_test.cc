// SPDX-License-Identifier: Apache-2.0
// What no engine here makes: folders as Kubernetes' runtimes leave them.
#include "source/container/finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/digest.h"
#include "bolt_builder.h"
#include "files.h"
#include "scratch.h"
#include "source/container/describe.h"
#include "source/container/root_file.h"
#include "source/container/storage.h"

namespace doorman::source::container {
namespace {

using tests::BoltBuilder;
using tests::BoltContent;
using State = Finding::State;
using Labels = model::Container::Labels;
namespace fs = std::filesystem;

const std::string id(64, 'a'), sandbox(64, 'b'), image(64, 'c');

class FinderTest : public testing::Test {
 protected:
  FinderTest() {
    folders_.proc = path("proc");
    folders_.groups = path("groups");
    folders_.storage = {path("storage")};
    folders_.docker = {path("docker")};
    folders_.containerd = {{path("containerd"), path("state")}};
    folders_.runc = {path("runc")};
    folders_.crun = {path("crun")};
    fs::create_directories(path("proc"));
  }

  [[nodiscard]] std::string path(const std::string& name) const { return (scratch_.path() / name).string(); }

  std::string write(const std::string& name, const std::string& content) const {
    const fs::path file = scratch_.path() / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }

  void write_bundle(const std::string& folder, const std::string& group,
                    const std::string& annotations = "{}") const {
    write(folder + "/config.json",
          R"({"ociVersion":"1.0.2","root":{"path":"rootfs"},"hostname":"h","process":{},"annotations":)" +
              annotations + R"(,"linux":{"cgroupsPath":")" + group +
              R"(","namespaces":[{"type":"pid"},{"type":"network"},{"type":"ipc"}]}})");
    write(folder + "/rootfs/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
  }

  Finding find(const std::string& group) const {
    ContainerFinder finder(folders_);
    auto found = finder.find(group);
    EXPECT_TRUE(found.ok()) << (found.ok() ? "" : found.error().message());
    return found.ok() ? std::move(found).value() : Finding{};
  }

  tests::ScratchFolder scratch_;
  EngineFolders folders_;
};

const std::string pod_slice = "/kubepods.slice/kubepods-pod1.slice";

TEST_F(FinderTest, KubernetesByContainerd) {
  BoltContent database;
  BoltContent& spaces = database.buckets["v1"].buckets["k8s.io"];
  BoltContent& web = spaces.buckets["containers"].buckets[id];
  web.values["image"] = "registry.example/shop:2";
  web.buckets["labels"].values = {{"io.kubernetes.pod.name", "shop-1"},
                                  {"io.kubernetes.pod.namespace", "prod"},
                                  {"io.kubernetes.pod.uid", "u-1"},
                                  {"io.cri-containerd.kind", "container"}};
  spaces.buckets["containers"].buckets[sandbox].buckets["labels"].values = {{"app", "shop"},
                                                                            {"io.cri-containerd.kind", "sandbox"}};
  const std::string manifest =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:)" +
      image + R"(","size":2},"layers":[]})";
  const std::string digest = base::digest_of(manifest).text();
  spaces.buckets["images"].buckets["registry.example/shop:2"].buckets["target"].values["digest"] = digest;
  write("containerd/io.containerd.metadata.v1.bolt/meta.db", BoltBuilder().build(database));
  write("containerd/io.containerd.content.v1.content/blobs/sha256/" + digest.substr(7), manifest);
  write_bundle(
      "state/io.containerd.runtime.v2.task/k8s.io/" + id, "kubepods-pod1.slice:cri-containerd:" + id,
      R"({"io.kubernetes.cri.container-type":"container","io.kubernetes.cri.container-name":"web","io.kubernetes.cri.sandbox-id":")" +
          sandbox + R"(","io.kubernetes.cri.image-name":"registry.example/shop:2"})");

  const Finding found = find(pod_slice + "/cri-containerd-" + id + ".scope");
  const model::Container& container = found.container;
  EXPECT_EQ(found.state, State::container);
  EXPECT_EQ(container.id, id);
  EXPECT_EQ(container.engine, "containerd");
  EXPECT_EQ(container.name, "web");
  EXPECT_EQ(container.image, "registry.example/shop:2");
  EXPECT_EQ(container.repository, "registry.example/shop");
  EXPECT_EQ(container.tag, "2");
  EXPECT_EQ(container.digest, digest);
  EXPECT_EQ(container.image_id, "sha256:" + image);
  EXPECT_EQ(container.pod_name, "shop-1");
  EXPECT_EQ(container.pod_namespace, "prod");
  EXPECT_EQ(container.pod_uid, "u-1");
  EXPECT_EQ(container.pod_sandbox, sandbox);
  EXPECT_EQ(container.pod_labels, (Labels{{"app", "shop"}}));
  EXPECT_EQ(container.names.users.size(), 1U);
}

TEST_F(FinderTest, TheBareIdBelowKubepodsIsAskedOfEveryRuntime) {
  write_bundle("state/io.containerd.runtime.v2.task/k8s.io/" + id, "/kubepods/pod1/" + id,
               R"({"io.kubernetes.cri.sandbox-name":"shop-1","io.kubernetes.cri.sandbox-namespace":"prod"})");
  const Finding found = find("/kubepods/pod1/" + id);
  EXPECT_EQ(found.state, State::container) << "the bundle alone is enough";
  EXPECT_EQ(found.container.pod_name, "shop-1");
  EXPECT_EQ(found.container.pod_namespace, "prod");
}

TEST_F(FinderTest, WhatARuntimeMadeAndIsGoneHasItsName) {
  ContainerFinder finder(folders_);
  EXPECT_FALSE(finder.find_gone("/job-1", "bash")) << "somebody else made it";
  EXPECT_FALSE(finder.find_gone("/user.slice/user-1000.slice/user@1000.service/job-1", "runc"));
  EXPECT_FALSE(finder.find_gone("/system.slice/cron.service", "runc")) << "a name of the host's";
  const auto gone = finder.find_gone("/jobs/job-1", "runc:[2:INIT]");
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->state, State::not_yet);
  EXPECT_EQ(gone->group, "/jobs/job-1");
  EXPECT_EQ(gone->container.id, "job-1");
  EXPECT_EQ(gone->container.engine, "runc");
  std::filesystem::create_directories(folders_.groups + "/jobs/job-1");
  EXPECT_FALSE(finder.find_gone("/jobs/job-1", "runc")) << "it is there";
}

TEST_F(FinderTest, KubernetesByCriO) {
  write("storage/overlay-containers/containers.json",
        R"([{"id":")" + id + R"(","names":["k8s_web_shop-1_prod_u-1_0"],"image":")" + image +
            R"(","metadata":"{\"image-name\":\"registry.example/shop:2\",\"pod-name\":\"k8s_POD\"}"}])");
  write("storage/overlay-images/images.json", R"([{"id":")" + image + R"(","digest":"sha256:dd"}])");
  write_bundle(
      "storage/overlay-containers/" + id + "/userdata", "kubepods-pod1.slice:crio:" + id,
      R"({"io.kubernetes.cri-o.KubeName":"shop-1","io.kubernetes.cri-o.Namespace":"prod","io.kubernetes.cri-o.SandboxID":")" +
          sandbox + R"(","io.kubernetes.cri-o.Labels":"{\"io.kubernetes.pod.uid\":\"u-1\",\"app\":\"shop\"}"})");
  const Finding found = find(pod_slice + "/crio-" + id + ".scope");
  EXPECT_EQ(found.state, State::container);
  EXPECT_EQ(found.container.engine, "cri-o");
  EXPECT_EQ(found.container.image_id, "sha256:" + image);
  EXPECT_EQ(found.container.digest, "sha256:dd");
  EXPECT_EQ(found.container.repository, "registry.example/shop");
  EXPECT_EQ(found.container.pod_name, "shop-1");
  EXPECT_EQ(found.container.pod_namespace, "prod");
  EXPECT_EQ(found.container.pod_uid, "u-1");
  EXPECT_EQ(found.container.pod_sandbox, sandbox);
  EXPECT_THAT(found.container.labels, testing::Contains(testing::Pair("app", "shop")));
}

TEST_F(FinderTest, AUsersOwnPodmanIsLookedForInHisHome) {
  folders_.accounts = write("accounts", "shop:x:1000:1000::" + path("home") + ":/bin/sh\n");
  // Root's storage knows a container of that id, and so does the user's: in the user's part of the tree it is his.
  for (const char* home : {"storage", "home/storage"}) {
    const std::string store = home;
    write(store + "/overlay-containers/containers.json",
          R"([{"id":")" + id + R"(","names":[")" + store + R"("],"image":")" + image + R"("}])");
    write_bundle(store + "/overlay-containers/" + id + "/userdata", "user.slice:libpod:" + id);
  }
  write("home/.config/containers/storage.conf",
        "[storage]\ndriver = \"overlay\"\ngraphroot = \"" + path("home/storage") + "\"\n");
  const std::string rest = ".slice/user@1000.service/user.slice/libpod-" + id + ".scope";
  const Finding found = find("/user.slice/user-1000" + rest + "/container");
  EXPECT_EQ(found.state, State::container);
  EXPECT_EQ(found.container.name, "home/storage");
  EXPECT_EQ(found.container.image_id, "sha256:" + image);
  EXPECT_EQ(find("/user.slice/user-1001" + rest).state, State::none) << "nobody of that number";
}

TEST_F(FinderTest, DockerByItsFolder) {
  const std::string folder = "docker/containers/" + id;
  write(folder + "/config.v2.json", R"({"ID":")" + id + R"(","Name":"/web","Image":"sha256:)" + image +
                                        R"(","Config":{"Image":"shop","Labels":{"io.kubernetes.pod.name":"p"}}})");
  write(folder + "/hostconfig.json", R"({"Privileged":true,"PortBindings":{"80/tcp":[{"HostPort":"8080"}]}})");
  write("docker/image/overlay2/repositories.json", R"({"Repositories":{"shop":{"shop:latest":"sha256:)" + image +
                                                       R"(","shop@sha256:ee":"sha256:)" + image + R"("}}})");
  Finding found = find("/docker/" + id);
  EXPECT_EQ(found.state, State::not_yet) << "there is no bundle";
  EXPECT_EQ(found.container.name, "web") << "what is known is told";
  write_bundle("state/io.containerd.runtime.v2.task/moby/" + id, "/docker/" + id);
  found = find("/docker/" + id);
  EXPECT_EQ(found.state, State::container);
  EXPECT_EQ(found.container.engine, "docker");
  EXPECT_EQ(found.container.image_id, "sha256:" + image);
  EXPECT_EQ(found.container.tag, "latest");
  EXPECT_EQ(found.container.digest, "sha256:ee");
  EXPECT_EQ(found.container.privileged, true);
  EXPECT_EQ(found.ports, (std::vector<model::PublishedPort>{{"tcp", "", 8080, 80}}));
}

std::string sql_quoted(const std::string& text) { return "'" + text + "'"; }

/// The tables that matter, as podman makes them.
void write_podman_tables(const std::string& file, const std::string& pod) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &handle), SQLITE_OK);
  const std::string sql =
      "CREATE TABLE ContainerConfig(ID TEXT PRIMARY KEY NOT NULL, Name TEXT UNIQUE NOT NULL, PodID TEXT, JSON TEXT "
      "NOT NULL);"
      "CREATE TABLE ContainerState(ID TEXT PRIMARY KEY NOT NULL, State INTEGER NOT NULL, ExitCode INTEGER, JSON "
      "TEXT NOT NULL);"
      "CREATE TABLE PodConfig(ID TEXT PRIMARY KEY NOT NULL, Name TEXT UNIQUE NOT NULL, JSON TEXT NOT NULL);"
      "INSERT INTO ContainerConfig VALUES (" +
      sql_quoted(id) + ", 'web', " + sql_quoted(pod) + ", " +
      sql_quoted(R"({"id":")" + id + R"(","name":"web","rootfsImageName":"localhost/shop:1","rootfsImageID":")" +
                 image + R"(","pod":")" + pod + R"(","labels":{"a":"b"}})") +
      ");"
      "INSERT INTO ContainerState VALUES (" +
      sql_quoted(id) + ", 2, 0, " +
      sql_quoted(R"({"networkStatus":{"n":{"interfaces":{"e":{"subnets":[{"ipnet":"10.88.0.2/16"}]}}}}})") +
      ");"
      "INSERT INTO PodConfig VALUES (" +
      sql_quoted(pod) + ", 'crew', " +
      sql_quoted(R"({"id":")" + pod + R"(","name":"crew","labels":{"team":"blue"}})") + ");";
  char* message = nullptr;
  ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_close(handle);
}

TEST_F(FinderTest, PodmanByItsTables) {
  write_bundle("storage/overlay-containers/" + id + "/userdata", "machine.slice:libpod:" + id);
  write_podman_tables(path("storage/db.sql"), sandbox);
  const std::string group = "/machine.slice/libpod-" + id + ".scope";
  const Finding found = find(group);
  EXPECT_EQ(found.state, State::container);
  EXPECT_EQ(found.container.engine, "podman");
  EXPECT_EQ(found.container.name, "web");
  EXPECT_EQ(found.container.image_id, "sha256:" + image);
  EXPECT_EQ(found.container.labels, (Labels{{"a", "b"}}));
  EXPECT_EQ(found.container.pod_name, "crew");
  EXPECT_EQ(found.container.pod_labels, (Labels{{"team", "blue"}}));
  EXPECT_EQ(found.container.ip, "10.88.0.2");
  EXPECT_EQ(find("/machine.slice/libpod-" + sandbox + ".scope").container.name, "");
  // A transaction that is not over: better a problem, and to be asked again, than half of it.
  write("storage/db.sql-journal", "x");
  ContainerFinder finder(folders_);
  EXPECT_EQ(finder.find(group)->state, State::container) << "the bundle speaks";
  EXPECT_THAT(finder.find(group)->problem, testing::HasSubstr("db.sql"));
  // Who it is, is not lost.
  write("storage/overlay-containers/containers.json",
        R"([{"id":")" + id + R"(","names":["web"],"image":")" + image + R"("}])");
  const auto least = finder.find(group);
  ASSERT_TRUE(least.ok());
  EXPECT_EQ(least->state, State::container);
  EXPECT_EQ(least->container.image_id, "sha256:" + image);
  EXPECT_THAT(least->problem, testing::HasSubstr("db.sql"));
}

TEST_F(FinderTest, WhatEngineFilesChangeIsSeen) {
  const std::string list = "storage/overlay-containers/containers.json";
  ContainerFinder finder(folders_);
  const std::string group = "/machine.slice/libpod-" + id + ".scope";
  write_bundle("storage/overlay-containers/" + id + "/userdata", "machine.slice:libpod:" + id);
  EXPECT_EQ(finder.find(group)->container.name, id) << "no engine knows it, the bundle speaks";
  EXPECT_THAT(finder.find(group)->problem, testing::HasSubstr("no engine"));
  write(list, R"([{"id":")" + id + R"(","names":["one"],"image":"x"}])");
  EXPECT_EQ(finder.find(group)->container.name, "one");
  fs::remove(path(list));
  write(list, R"([{"id":")" + id + R"(","names":["two"],"image":"x"}])");
  EXPECT_EQ(finder.find(group)->container.name, "two");
  EXPECT_EQ(finder.find(group)->problem, "");
}

TEST_F(FinderTest, ABundleThatIsBeingWrittenIsNotYetThere) {
  write("storage/overlay-containers/containers.json", R"([{"id":")" + id + R"(","names":["one"]}])");
  const std::string config = "storage/overlay-containers/" + id + "/userdata/config.json";
  const std::string group = "/machine.slice/libpod-" + id + ".scope";
  for (const char* text : {"", "  \n", R"({"ociVersion":"1.0.2","root":{"path":"roo)"}) {
    write(config, text);
    EXPECT_EQ(find(group).state, State::not_yet) << text;
  }
  write(config, R"({"some":"thing else"})");
  const Finding found = find(group);
  EXPECT_EQ(found.state, State::not_yet) << "there, and no bundle";
  EXPECT_EQ(found.container.name, "one");
  EXPECT_THAT(found.problem, testing::HasSubstr("config.json"));
}

TEST_F(FinderTest, ATornDatabaseIsAProblem) {
  write("storage/libpod/bolt_state.db", std::string(8192, 'x'));
  const Finding found = find("/machine.slice/libpod-" + id + ".scope");
  EXPECT_EQ(found.state, State::not_yet);
  EXPECT_EQ(found.container.id, id);
  EXPECT_EQ(found.container.engine, "podman");
  EXPECT_THAT(found.problem, testing::HasSubstr("bolt_state.db"));
}

TEST_F(FinderTest, DockerBelowAParentOfSomebodysChoice) {
  const std::string group = "/ecs/task/" + id;
  write_bundle("state/io.containerd.runtime.v2.task/moby/" + id, group);
  Finding found = find(group);
  EXPECT_EQ(found.state, State::container);
  EXPECT_EQ(found.container.engine, "docker");
  EXPECT_EQ(found.container.id, id);
  write("docker/containers/" + id + "/config.v2.json", R"({"ID":")" + id + R"(","Name":"/web"})");
  found = find(group + "/inner");
  EXPECT_EQ(found.state, State::container);
  EXPECT_EQ(found.container.name, "web");
  EXPECT_EQ(found.group, group);
  EXPECT_EQ(find("/another/task/" + id).state, State::none) << "the bundle asks for another group";
}

TEST_F(FinderTest, CrunIsFoundByItsGroup) {
  write_bundle("bundle", "/custom/one");
  write("crun/one/status", R"({"pid":1,"cgroup-path":"/custom/one","bundle":")" + path("bundle") + R"("})");
  const Finding found = find("/custom/one/inner");
  EXPECT_EQ(found.state, State::container);
  EXPECT_EQ(found.group, "/custom/one");
  EXPECT_EQ(found.container.id, "one");
  EXPECT_EQ(found.container.engine, "crun");
  EXPECT_EQ(find("/custom").state, State::not_yet);
}

TEST_F(FinderTest, RunningWalksTheTree) {
  write_bundle("bundle", "/custom/one");
  write("crun/one/status", R"({"pid":1,"cgroup-path":"/custom/one","bundle":")" + path("bundle") + R"("})");
  for (const char* group : {"custom/one/a/b", "custom/other", "docker/conmon", "init.scope"}) {
    fs::create_directories(scratch_.path() / "groups" / group);
  }
  // Left behind by a container that is gone, and one that an engine does not speak of.
  write("groups/docker/" + id + "/cgroup.events", "populated 0\n");
  write("groups/docker/" + sandbox + "/cgroup.events", "populated 1\n");
  ContainerFinder finder(folders_);
  std::vector<std::string> problems;
  const auto running = finder.running(&problems);
  ASSERT_TRUE(running.ok());
  ASSERT_EQ(running->size(), 2U);
  const RunningContainer& one = running->at(0);
  EXPECT_EQ(one.finding.container.id, "one");
  ASSERT_EQ(one.groups.size(), 3U);
  EXPECT_EQ(one.groups[0].path, "/custom/one");
  EXPECT_EQ(one.groups[2].path, "/custom/one/a/b");
  EXPECT_EQ(one.groups[2].id, control_group_id(folders_, "/custom/one/a/b").value());
  EXPECT_EQ(running->at(1).finding.container.id, sandbox);
  EXPECT_EQ(running->at(1).finding.state, State::not_yet);
  EXPECT_THAT(problems, testing::ElementsAre(testing::HasSubstr("no engine")));
}

TEST_F(FinderTest, AddressesAreThoseOfTheFirstProcess) {
  write("groups/docker/" + id + "/cgroup.procs", "");
  write("groups/docker/" + id + "/cgroup.events", "populated 1\n");
  write("groups/docker/" + id + "/inner/cgroup.procs", "42\n43\n");
  write("proc/42/ns/net", "");
  write("proc/42/net/fib_trie", "|-- 10.0.0.2\n/32 host LOCAL\n");
  write("proc/42/net/if_inet6", "fd000000000000000000000000000002 02 40 00 80     eth0\n");
  ContainerFinder finder(folders_);
  const auto found = finder.addresses("/docker/" + id);
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(to_text(found->at(0)), "10.0.0.2");
  EXPECT_EQ(to_text(found->at(1)), "fd00::2");
  fs::create_directories(scratch_.path() / "proc/1/ns");
  fs::create_hard_link(path("proc/42/ns/net"), path("proc/1/ns/net"));
  EXPECT_THAT(finder.addresses("/docker/" + id).value(), testing::IsEmpty()) << "the host's network";
  EXPECT_FALSE(finder.addresses("/docker/" + sandbox).ok());
}

TEST_F(FinderTest, LinksInARootStayInThere) {
  const std::string root = path("rootfs");
  write("outside", "secret\n");
  write("rootfs/real", "root:x:0:0::/:/bin/sh\n");
  fs::create_directories(root + "/etc");
  fs::create_symlink("/real", root + "/etc/passwd");
  fs::create_symlink("../../outside", root + "/etc/group");
  fs::create_symlink(path("outside"), root + "/etc/absolute");
  EXPECT_EQ(read_file_in_root(root, "etc/passwd", 100).value(), "root:x:0:0::/:/bin/sh\n") << "/ is the root's own";
  EXPECT_FALSE(read_file_in_root(root, "etc/group", 100).ok());
  EXPECT_FALSE(read_file_in_root(root, "etc/absolute", 100).ok());
  EXPECT_FALSE(read_file_in_root(root, "etc", 100).ok()) << "a folder";
  EXPECT_EQ(read_file_in_root(root, "etc/passwd", 5).error().code(), base::ErrorCode::limit);
  ASSERT_EQ(::mkfifo((root + "/pipe").c_str(), 0600), 0);
  EXPECT_FALSE(read_file_in_root(root, "pipe", 100).ok()) << "and it does not wait for a writer";
}

TEST(Describe, NamesOfImages) {
  struct Case {
    std::string name, repository, tag, digest;
  };
  for (const Case& each :
       {Case{"localhost/shop:1", "localhost/shop", "1", ""}, Case{"shop", "shop", "", ""},
        Case{"host:5000/shop", "host:5000/shop", "", ""},
        Case{"host:5000/shop:2@sha256:aa", "host:5000/shop", "2", "sha256:aa"}, Case{"", "", "", ""}}) {
    model::Container container;
    add_image_name(each.name, container);
    EXPECT_EQ(container.repository, each.repository) << each.name;
    EXPECT_EQ(container.tag, each.tag) << each.name;
    EXPECT_EQ(container.digest, each.digest) << each.name;
  }
  EXPECT_EQ(as_digest(image), "sha256:" + image);
  EXPECT_EQ(as_digest("sha256:" + image), "sha256:" + image);
  EXPECT_EQ(as_digest(""), "");
}

TEST(Describe, StorageOfABundle) {
  EXPECT_EQ(storage_of_bundle("/var/lib/containers/storage/overlay-containers/abc/userdata"),
            "/var/lib/containers/storage");
  EXPECT_EQ(storage_of_bundle("/a/b/userdata"), "");
  EXPECT_EQ(storage_of_bundle("/userdata"), "");
  EXPECT_EQ(storage_of_bundle("userdata"), "");
  EXPECT_EQ(storage_of_bundle(""), "");
}

}  // namespace
}  // namespace doorman::source::container

// SPDX-License-Identifier: Apache-2.0
// Databases that podman 4.3.1 and containerd 1.6.20 wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/gzip.h"
#include "files.h"
#include "parse/container/containerd.h"
#include "parse/container/podman.h"

namespace doorman::parse::container {
namespace {

using Labels = model::Container::Labels;

std::string plain(const std::string& name) {
  const std::string compressed = tests::slurp(tests::data_dir("container") / name);
  std::string bytes(1U << 20U, '\0');
  const auto inflate = base::make_gzip();
  std::size_t consumed = 0, produced = 0;
  while (consumed < compressed.size()) {
    const auto step = inflate->step(base::Bytes(compressed).substr(consumed), std::span(bytes).subspan(produced));
    EXPECT_TRUE(step.ok());
    if (!step.ok() || (step->consumed == 0 && step->produced == 0)) break;
    consumed += step->consumed;
    produced += step->produced;
  }
  bytes.resize(produced);
  return bytes;
}

TEST(PodmanDatabase, KnowsContainersAndPods) {
  const std::string bytes = plain("podman.db.gz");
  const auto database = BoltFile::open(bytes).value();
  const auto web =
      find_podman_container(database, "b78764ffe7e600d7fc5f42465af642ee028b0d4814e6b2c3979574b2fa3fb0a1").value();
  ASSERT_TRUE(web);
  EXPECT_EQ(web->name, "web");
  EXPECT_EQ(web->image, "localhost/tiny:1");
  EXPECT_EQ(web->image_id, "cceb1a7a4b4b8f3f543c594409e85eb1d0d8e4cdd1ca54663547439f369b7046");
  EXPECT_EQ(web->labels, (Labels{{"a", "b"}}));
  EXPECT_FALSE(web->privileged);
  EXPECT_EQ(web->ports, (std::vector<model::PublishedPort>{{"udp", "", 8080, 80}, {"udp", "", 8081, 81}}));
  EXPECT_EQ(web->bundle, "") << "it was never started";
  const auto pod = find_podman_pod(database, web->pod).value();
  ASSERT_TRUE(pod);
  EXPECT_EQ(pod->id, "828723b7747906b1578ea2d13565c4a4a075806c8a2675960bc71b107c272ab6");
  EXPECT_EQ(pod->name, "crew");
  EXPECT_EQ(pod->labels, (Labels{{"team", "blue"}}));

  const auto other =
      find_podman_container(database, "592c1d76130b3d261c42dfe487b4eb76deddf315b8f884c428e16975c634eeb4").value();
  ASSERT_TRUE(other);
  EXPECT_EQ(other->name, "plain");
  EXPECT_EQ(other->pod, "");
  EXPECT_TRUE(other->privileged);
  EXPECT_FALSE(find_podman_container(database, std::string(64, '0')).value());
  EXPECT_FALSE(find_podman_pod(database, std::string(64, '0')).value());
}

TEST(ContainerdDatabase, KnowsContainersAndTheirImages) {
  const std::string bytes = plain("containerd.db.gz");
  const auto database = BoltFile::open(bytes).value();
  const auto web = find_containerd_container(database, "default", "ctrweb").value();
  ASSERT_TRUE(web);
  EXPECT_EQ(web->image, "docker.io/library/tiny:1");
  EXPECT_EQ(web->labels, (Labels{{"io.containerd.image.config.stop-signal", "SIGTERM"}, {"k", "v"}}));
  EXPECT_EQ(web->target, "sha256:04bfd39a0934406f13ad8a6b919bcaffeeea6933b328df824aa2f2e92beeaef1");
  EXPECT_FALSE(find_containerd_container(database, "default", "other").value());
  EXPECT_FALSE(find_containerd_container(database, "k8s.io", "ctrweb").value());
}

TEST(StoredContainers, AreReadFromTheList) {
  const auto stored = parse_stored_containers(
      R"([{"id":"aa","names":["web"],"image":"bb","metadata":"{\"image-name\":\"localhost/tiny:1\",\"name\":\"web\"}"},
          {"id":"cc","image":"dd","metadata":"{\"pod-name\":\"p\",\"pod-id\":\"q\"}"},
          {"id":"ee","metadata":"not JSON"}, {"names":["no id"]}, 7])");
  ASSERT_TRUE(stored.ok());
  ASSERT_EQ(stored->size(), 3U);
  EXPECT_EQ((*stored)[0].image, "localhost/tiny:1");
  EXPECT_EQ((*stored)[0].names, std::vector<std::string>{"web"});
  EXPECT_EQ((*stored)[1].pod_name, "p");
  EXPECT_EQ((*stored)[1].pod_id, "q");
  EXPECT_EQ((*stored)[2].image, "");
  const auto images = parse_stored_images(R"([{"id":"bb","digest":"sha256:cc","names":["localhost/tiny:1"]}])");
  ASSERT_TRUE(images.ok());
  EXPECT_EQ(images->at(0).digest, "sha256:cc");
}

TEST(StoredContainers, HaveALimit) {
  std::string list = "[";
  for (std::size_t i = 0; i <= (1U << 16U); ++i) list += (i == 0 ? "" : ",") + std::string(R"({"id":"a"})");
  list += "]";
  EXPECT_EQ(parse_stored_containers(list).error().code(), base::ErrorCode::limit);
  EXPECT_EQ(parse_stored_images(list).error().code(), base::ErrorCode::limit);
}

TEST(PodmanState, GivesBundleAndAddresses) {
  PodmanContainer container;
  ASSERT_TRUE(parse_podman_state(R"({"state":2,"configPath":"/storage/overlay-containers/a/userdata/config.json",
      "networkStatus":{"podman":{"interfaces":{"eth0":{"subnets":[{"ipnet":"10.88.0.2/16","gateway":"10.88.0.1"},
      {"ipnet":"fd00::2/64"},{"ipnet":"rubbish"}]}}}}})",
                                 container)
                  .ok());
  EXPECT_EQ(container.bundle, "/storage/overlay-containers/a/userdata/config.json");
  ASSERT_EQ(container.addresses.size(), 2U);
  EXPECT_EQ(to_text(container.addresses[0]), "10.88.0.2");
  EXPECT_EQ(to_text(container.addresses[1]), "fd00::2");
  EXPECT_FALSE(parse_podman_state("{", container).ok());
}

TEST(PodmanContainer, NeedsAnIdAndKnowsOlderPorts) {
  EXPECT_FALSE(parse_podman_container(R"({"name":"web"})").ok());
  EXPECT_FALSE(parse_podman_pod(R"({"name":"web"})").ok());
  const auto old = parse_podman_container(
      R"({"id":"a","portMappings":[{"hostPort":1},{"host_port":8080,"container_port":80,"protocol":"tcp","host_ip":"127.0.0.1"},
          {"host_port":65535,"container_port":1,"range":3}]})");
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(old->ports, (std::vector<model::PublishedPort>{{"tcp", "127.0.0.1", 8080, 80}, {"tcp", "", 65535, 1}}));
}

TEST(PodmanContainer, IsLimitedInSize) {
  const std::string large(PodmanContainer::max_bytes + 1, ' ');
  EXPECT_EQ(parse_podman_container(large).error().code(), base::ErrorCode::limit);
}

}  // namespace
}  // namespace doorman::parse::container

// SPDX-License-Identifier: Apache-2.0
#include "source/local_images.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/base64.h"
#include "bolt_builder.h"
#include "scratch.h"

namespace doorman::source {
namespace {

using model::LocalImage;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
namespace fs = std::filesystem;

std::string config_of(const std::string& user) {
  return fmt::format(
      R"({{"os":"linux","architecture":"amd64","created":"2024-05-01T00:00:00Z","config":{{"User":"{}"}},"rootfs":{{"diff_ids":["sha256:{}"]}}}})",
      user, std::string(64, 'a'));
}
std::string id_of(const std::string& config) { return base::digest_of(config).hex(); }
std::string manifest_of(const std::string& config) {
  return fmt::format(
      R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:{}","size":{}}},"layers":[]}})",
      id_of(config), config.size());
}

/// Engines' folders below a root of their own.
class LocalImagesTest : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& content) const {
    const fs::path path = scratch_.path() / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  void write_podman(const std::string& config, const std::string& names) const {
    const std::string images = storage_ + "/overlay-images/";
    const std::string id = id_of(config), manifest = manifest_of(config);
    write(images + id + "/manifest", manifest);
    write(images + id + "/=" + base::base64_encode("sha256:" + id), config);
    write(images + "images.json", fmt::format(R"([{{"id":"{}","digest":"{}","layer":"x",{}}}])", id,
                                              base::digest_of(manifest).text(), names));
  }
  [[nodiscard]] LocalImages read() const {
    return read_local_images(engine_folders_below(scratch_.path().string()));
  }

  tests::ScratchFolder scratch_;
  const std::string storage_ = "var/lib/containers/storage", docker_ = "var/lib/docker";
};

TEST_F(LocalImagesTest, AHostWithoutEnginesHasNothing) {
  const LocalImages local = read();
  EXPECT_THAT(local.images, IsEmpty());
  EXPECT_THAT(local.containers, IsEmpty());
  EXPECT_THAT(local.problems, IsEmpty());
  EXPECT_FALSE(local.knows_running);
}

TEST_F(LocalImagesTest, OfPodmanWithTheNamesThatItHadAndItsContainers) {
  const std::string config = config_of("me");
  write_podman(config, R"("names":["localhost/app:2"],"names-history":["localhost/app:2","localhost/app:1"])");
  write(storage_ + "/overlay-containers/containers.json",
        fmt::format(
            R"([{{"id":"{}","names":["web"],"image":"{}","metadata":"{{\"image-name\":\"localhost/app:1\"}}"}}])",
            std::string(64, 'e'), id_of(config)));
  const LocalImages local = read();
  ASSERT_THAT(local.images, SizeIs(1));
  const LocalImage& image = local.images.front();
  EXPECT_EQ(image.digest.hex(), id_of(config));
  EXPECT_THAT(image.aliases, ElementsAre(base::digest_of(manifest_of(config))));
  EXPECT_THAT(image.names, ElementsAre("localhost/app:2"));
  EXPECT_THAT(image.former_names, ElementsAre("localhost/app:1"));
  EXPECT_EQ(image.config.user, "me");
  EXPECT_EQ(image.target,
            "containers-storage:[overlay@" + scratch_.path().string() + "/" + storage_ + "]" + id_of(config));
  ASSERT_THAT(local.containers, SizeIs(1));
  EXPECT_EQ(local.containers.front().name, "web");
  EXPECT_EQ(local.containers.front().image, "localhost/app:1");
  EXPECT_EQ(local.containers.front().image_id, image.digest.text());
  EXPECT_FALSE(local.containers.front().running);
  EXPECT_THAT(local.problems, IsEmpty());
}

TEST_F(LocalImagesTest, AConfigurationOfAnotherDigestIsAProblemAndNoImage) {
  const std::string config = config_of("me");
  write_podman(config, R"("names":[])");
  write(storage_ + "/overlay-images/" + id_of(config) + "/=" + base::base64_encode("sha256:" + id_of(config)),
        config_of("evil"));
  EXPECT_THAT(read().images, IsEmpty());
  EXPECT_THAT(read().problems, ElementsAre(testing::HasSubstr("has the digest")));
  write(docker_ + "/image/overlay2/imagedb/content/sha256/" + id_of(config), config_of("evil"));
  EXPECT_THAT(read().problems, SizeIs(2));
}

TEST_F(LocalImagesTest, OfDocker) {
  const std::string config = config_of("dock"), id = "sha256:" + id_of(config);
  const std::string alias = "sha256:" + std::string(64, 'b');
  write(docker_ + "/image/overlay2/imagedb/content/sha256/" + id_of(config), config);
  write(docker_ + "/image/overlay2/repositories.json",
        fmt::format(R"({{"Repositories":{{"alpine":{{"alpine:3":"{0}","alpine@{1}":"{0}"}}}}}})", id, alias));
  const std::string container(64, 'd');
  write(
      docker_ + "/containers/" + container + "/config.v2.json",
      fmt::format(R"({{"ID":"{}","Name":"/db","Image":"{}","Config":{{"Image":"alpine:3"}}}})", container, alias));
  const LocalImages local = read();
  ASSERT_THAT(local.images, SizeIs(1));
  EXPECT_EQ(local.images.front().engine, "docker");
  EXPECT_THAT(local.images.front().names, ElementsAre("docker.io/library/alpine:3"));
  EXPECT_EQ(local.images.front().target, "docker:" + id);
  ASSERT_THAT(local.containers, SizeIs(1));
  EXPECT_EQ(local.containers.front().image_id, id);  // by its alias
  EXPECT_EQ(local.containers.front().image, "alpine:3");
}

TEST_F(LocalImagesTest, OfContainerd) {
  const std::string config = config_of("kube"), manifest = manifest_of(config);
  const std::string blobs = "var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/";
  write(blobs + id_of(config), config);
  write(blobs + id_of(manifest), manifest);
  tests::BoltContent database;
  auto& space = database.buckets["v1"].buckets["k8s.io"];
  const auto add_image = [&](const std::string& name, const std::string& digest) {
    space.buckets["images"].buckets[name].buckets["target"].values["digest"] = digest;
  };
  add_image("registry.example/shop:2", base::digest_of(manifest).text());
  add_image("sha256:" + id_of(config), base::digest_of(manifest).text());
  add_image("registry.example/gone:1", "sha256:" + std::string(64, '0'));
  space.buckets["containers"].buckets["c1"].values["image"] = "registry.example/shop:2";
  write("var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db", tests::BoltBuilder().build(database));
  const LocalImages local = read();
  ASSERT_THAT(local.images, SizeIs(1));
  EXPECT_THAT(local.images.front().names, ElementsAre("registry.example/shop:2"));
  EXPECT_EQ(local.images.front().engine, "containerd");
  EXPECT_EQ(local.images.front().target, "containerd:[k8s.io@" + scratch_.path().string() + "/var/lib/containerd]" +
                                             base::digest_of(manifest).text());
  ASSERT_THAT(local.containers, SizeIs(1));
  EXPECT_EQ(local.containers.front().image_id, "sha256:" + id_of(config));
  EXPECT_THAT(local.problems, ElementsAre(testing::HasSubstr("registry.example/gone:1")));
}

TEST_F(LocalImagesTest, AListThatCannotBeReadIsAProblem) {
  write(storage_ + "/overlay-images/images.json", "[");
  write(docker_ + "/image/overlay2/repositories.json", "[");
  EXPECT_THAT(read().problems, SizeIs(2));
}

}  // namespace
}  // namespace doorman::source

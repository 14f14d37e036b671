// SPDX-License-Identifier: Apache-2.0
#include "source/containers_storage.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/base64.h"
#include "source/containers_storage_index.h"

namespace doorman::source {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

std::string layer_id(int number) { return fmt::format("{:064x}", number); }

/// A storage as podman lays it out, with one image of two layers, `localhost/app:1`.
class StorageTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "doorman-storage-" + std::to_string(getpid());
    fs::remove_all(root_);
    add_layers({{1, ""}, {2, layer_id(1)}});
    config_ = fmt::format(
        R"({{"os":"linux","architecture":"amd64","config":{{"User":"me"}},"rootfs":{{"diff_ids":["sha256:{}","sha256:{}"]}}}})",
        layer_id(0xa), layer_id(0xb));
    id_ = base::digest_of(config_).hex();
    manifest_ = fmt::format(R"({{"schemaVersion":2,"config":{{"digest":"sha256:{}","size":1}},"layers":[]}})", id_);
    write("overlay-images/" + id_ + "/manifest", manifest_);
    write("overlay-images/" + id_ + "/=" + base::base64_encode("sha256:" + id_), config_);
    images(layer_id(2));
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& file, const std::string& content) {
    fs::create_directories(fs::path(root_ + "/" + file).parent_path());
    std::ofstream(root_ + "/" + file) << content;
  }
  void add_layers(const std::vector<std::pair<int, std::string>>& layers) {
    std::string json;
    for (const auto& [number, parent] : layers) {
      json += fmt::format(R"({}{{"id":"{}","parent":"{}"}})", json.empty() ? "" : ",", layer_id(number), parent);
      fs::create_directories(root_ + "/overlay/" + layer_id(number) + "/diff");
    }
    write("overlay-layers/layers.json", "[" + json + "]");
  }
  void images(const std::string& top_layer) {
    write("overlay-images/images.json",
          fmt::format(R"([{{"id":"{}","digest":"{}","names":["localhost/app:1"],"layer":"{}"}}])", id_,
                      base::digest_of(manifest_).text(), top_layer));
  }
  base::Result<StoredImage> find(const std::string& name = "app:1") {
    return find_stored_image(name, {"overlay", {root_}});
  }

  std::string root_, config_, manifest_, id_;
};

TEST_F(StorageTest, FindsTheFoldersOfAnImage) {
  const auto image = find();
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ(image->identity.config.hex(), id_);
  EXPECT_EQ(image->identity.manifest, base::digest_of(manifest_));
  EXPECT_EQ(image->identity.names, std::vector<std::string>{"localhost/app:1"});
  EXPECT_EQ(image->config.user, "me");
  EXPECT_EQ(image->layer_folders, (std::vector{root_ + "/overlay/" + layer_id(1) + "/diff",
                                               root_ + "/overlay/" + layer_id(2) + "/diff"}));
  EXPECT_FALSE(image->merged);
}

TEST_F(StorageTest, TheNameMayHoldTheStorage) {
  for (const std::string& place :
       {"[overlay@" + root_ + "]", "[" + root_ + "]", "[overlay@" + root_ + "+/run/x:overlay.mountopt=y]"}) {
    const auto image = find_stored_image(place + "localhost/app:1");
    EXPECT_TRUE(image.ok()) << place << ": " << image.error().message();
  }
  EXPECT_EQ(find_stored_image("[overlay@" + root_ + "app").error().code(), ErrorCode::usage);
  EXPECT_EQ(find_stored_image("[overlay@here]app").error().code(), ErrorCode::usage);
}

TEST_F(StorageTest, LayersMayLieInAnotherStore) {
  const std::string own = root_ + "/own";
  const auto image = find_stored_image("app:1", {"overlay", {own, root_}});
  EXPECT_FALSE(fs::exists(own));
  EXPECT_TRUE(image.ok()) << image.error().message();
}

TEST_F(StorageTest, VfsKeepsOneMergedFolder) {
  fs::rename(root_ + "/overlay-images", root_ + "/vfs-images");
  fs::rename(root_ + "/overlay-layers", root_ + "/vfs-layers");
  for (const int number : {1, 2}) fs::create_directories(root_ + "/vfs/dir/" + layer_id(number));
  const auto image = find_stored_image("app:1", {"", {root_}});
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_TRUE(image->merged);
  EXPECT_EQ(image->layer_folders, std::vector{root_ + "/vfs/dir/" + layer_id(2)});
}

TEST_F(StorageTest, AnotherDriverIsUnsupported) {
  EXPECT_EQ(find_stored_image("app:1", {"btrfs", {root_}}).error().code(), ErrorCode::unsupported);
  EXPECT_EQ(find_stored_image("app:1", {"vfs", {root_}}).error().code(), ErrorCode::not_found);
}

TEST_F(StorageTest, AChangedConfigurationIsAMismatch) {
  write("overlay-images/" + id_ + "/=" + base::base64_encode("sha256:" + id_), config_ + " ");
  EXPECT_EQ(find().error().code(), ErrorCode::mismatch);
}

TEST_F(StorageTest, HostileListsAreErrorsThatNameTheFile) {
  const std::string file = root_ + "/overlay-layers/layers.json";
  const auto expect_error = [&](ErrorCode code) {
    const auto image = find();
    ASSERT_FALSE(image.ok());
    EXPECT_EQ(image.error().code(), code) << image.error().message();
    EXPECT_NE(image.error().message().find(file), std::string::npos) << image.error().message();
  };
  add_layers({{1, layer_id(2)}, {2, layer_id(1)}});
  expect_error(ErrorCode::limit);
  add_layers({{2, layer_id(1)}});
  expect_error(ErrorCode::invalid);
  add_layers({{1, ""}, {2, layer_id(1)}, {3, layer_id(2)}});
  images(layer_id(3));
  expect_error(ErrorCode::invalid);
  write("overlay-layers/layers.json", R"([{"id":"../../../etc","parent":""}])");
  images("../../../etc");
  expect_error(ErrorCode::invalid);
  write("overlay-layers/layers.json", "[");
  expect_error(ErrorCode::invalid);
}

TEST_F(StorageTest, ALayerThatIsALinkIsRefused) {
  fs::remove(root_ + "/overlay/" + layer_id(1) + "/diff");
  fs::create_directory_symlink("/etc", root_ + "/overlay/" + layer_id(1) + "/diff");
  EXPECT_EQ(find().error().code(), ErrorCode::invalid);
  fs::remove_all(root_ + "/overlay/" + layer_id(1));
  EXPECT_EQ(find().error().code(), ErrorCode::not_found);
}

TEST_F(StorageTest, ImagesWithAnOddIdAreLeftOut) {
  write("overlay-images/images.json",
        R"([{"id":"../x","names":["localhost/app:1"]},{"names":["localhost/app:1"]},3])");
  EXPECT_EQ(find().error().code(), ErrorCode::not_found);
}

// --- names ---------------------------------------------------------------------------------------------------

std::vector<ImageRecord> some_images() {
  const auto image = [](const std::string& id, std::vector<std::string> names) {
    return ImageRecord{nullptr, id + std::string(60, '0'), "sha256:" + id + std::string(60, '1'),
                       "",      std::move(names),          {}};
  };
  return {image("aaa1", {"docker.io/library/alpine:latest"}),
          image("aab2", {"localhost/app:1", "localhost/app:latest"}),
          image("bbb3", {"docker.io/team/app:latest", "docker.io/library/app:latest"}),
          image("ccc4", {"one.example/tool:2"}), image("ddd5", {"two.example/tool:2"})};
}

std::string found(const std::string& name) {
  const auto images = some_images();
  const auto image = find_image(images, name);
  return image.ok() ? (*image)->id.substr(0, 4) : "";
}

TEST(StorageNames, AreCompletedAsPodmanDoes) {
  EXPECT_EQ(found("docker.io/library/alpine:latest"), "aaa1");
  EXPECT_EQ(found("alpine"), "aaa1");
  EXPECT_EQ(found("library/alpine:latest"), "aaa1");
  EXPECT_EQ(found("app"), "aab2") << "localhost before docker.io";
  EXPECT_EQ(found("app:1"), "aab2");
  EXPECT_EQ(found("docker.io/app"), "bbb3");
  EXPECT_EQ(found("team/app"), "bbb3");
  EXPECT_EQ(found("alpine:3"), "");
  EXPECT_EQ(found("lpine"), "") << "only whole components end a name";
  EXPECT_EQ(found("docker.io/library/alpine@sha256:aaa1" + std::string(60, '1')), "aaa1");
  EXPECT_EQ(found("docker.io/library/other@sha256:aaa1" + std::string(60, '1')), "");
}

TEST(StorageNames, IdsMayBeShort) {
  EXPECT_EQ(found("aaa1" + std::string(60, '0')), "aaa1");
  EXPECT_EQ(found("aaa"), "aaa1");
  EXPECT_EQ(found("sha256:bbb3"), "bbb3");
  EXPECT_EQ(found("bb"), "") << "too short to be meant";
}

TEST(StorageNames, SeveralAreNotGuessedAmong) {
  const auto images = some_images();
  const auto image = find_image(images, "tool:2");
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code(), ErrorCode::usage);
  EXPECT_NE(image.error().message().find("ccc400000000, ddd500000000"), std::string::npos)
      << image.error().message();
}

}  // namespace
}  // namespace doorman::source

// SPDX-License-Identifier: Apache-2.0
#include "source/containerd_images.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>

#include "bolt_builder.h"
#include "scratch.h"
#include "source/layer_reader.h"
#include "tar_builder.h"

namespace doorman::source {
namespace {

using base::Digest;
using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

const std::string manifest_type = "application/vnd.oci.image.manifest.v1+json";
const model::Platform amd64{"linux", "amd64", ""}, arm64{"linux", "arm64", ""};

/// A containerd's folder, filled by hand.
class ContainerdImagesTest : public testing::Test {
 protected:
  struct Image {
    Digest manifest, config, layer;
  };

  void write(const std::string& file, const std::string& content) const {
    const fs::path path = scratch_.path() / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  [[nodiscard]] static std::string blob_file(const Digest& digest) {
    return "io.containerd.content.v1.content/blobs/sha256/" + digest.hex();
  }
  [[nodiscard]] Digest put(const std::string& content) const {
    const Digest digest = base::digest_of(content);
    write(blob_file(digest), content);
    return digest;
  }
  [[nodiscard]] Image put_image(const std::string& user) const {
    const std::string layer = tests::TarBuilder().file("etc/hostname", user).take();
    const Digest layer_digest = put(layer);
    const Digest config = put(fmt::format(
        R"({{"os":"linux","architecture":"amd64","config":{{"User":"{}"}},"rootfs":{{"diff_ids":["{}"]}}}})", user,
        layer_digest.text()));
    const Digest manifest = put(fmt::format(
        R"({{"schemaVersion":2,"mediaType":"{}","config":{{"digest":"{}","size":1}},)"
        R"("layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{}","size":{}}}]}})",
        manifest_type, config.text(), layer_digest.text(), layer.size()));
    return {manifest, config, layer_digest};
  }
  [[nodiscard]] Digest put_index(const Digest& for_amd64, const Digest& for_arm64) const {
    constexpr std::string_view entry =
        R"({{"mediaType":"{}","digest":"{}","size":1,"platform":{{"os":"linux","architecture":"{}"}}}})";
    return put(fmt::format(
        R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{},{}]}})",
        fmt::format(entry, manifest_type, for_amd64.text(), "amd64"),
        fmt::format(entry, manifest_type, for_arm64.text(), "arm64")));
  }
  void name(const std::string& name_space, const std::string& image, const std::string& target) {
    auto& images = database_.buckets["v1"].buckets[name_space].buckets["images"];
    images.buckets[image].buckets["target"].values["digest"] = target;
    write("io.containerd.metadata.v1.bolt/meta.db", tests::BoltBuilder().build(database_));
  }

  [[nodiscard]] base::Result<std::unique_ptr<ImageSource>> open(const std::string& text,
                                                                const model::Platform& platform = amd64) const {
    DOORMAN_TRY(const ContainerdName wanted, ContainerdName::parse(text));
    const std::vector<std::string> roots = {root() + "/none", root()};
    return open_containerd_image(wanted, roots, platform);
  }
  [[nodiscard]] std::string user_of(const std::string& text, const model::Platform& platform = amd64) const {
    const auto image = open(text, platform);
    return image.ok() ? (*image)->config().user : image.error().message();
  }
  [[nodiscard]] std::string root() const { return scratch_.path().string(); }

  tests::ScratchFolder scratch_;
  tests::BoltContent database_;
};

TEST(ContainerdName, MayNameNamespaceAndFolder) {
  const auto parsed = [](std::string_view text) {
    const auto name = ContainerdName::parse(text);
    return name.ok() ? fmt::format("{} {} {}", name->name_space, name->root, name->name) : name.error().message();
  };
  EXPECT_EQ(parsed("localhost:5000/app:1"), "  localhost:5000/app:1");
  EXPECT_EQ(parsed("[k8s.io]app:1"), "k8s.io  app:1");
  EXPECT_EQ(parsed("[/srv/c@d]app"), " /srv/c@d app");
  EXPECT_EQ(parsed("[k8s.io@/srv]app"), "k8s.io /srv app");
  EXPECT_EQ(parsed("[@/srv]app"), " /srv app");
  EXPECT_EQ(parsed("[k8s.io@/srv"), "a [ without its ]");
  EXPECT_THAT(parsed("[k8s.io/srv]app"), HasSubstr("NAMESPACE@FOLDER"));
  const Digest digest = base::digest_of("it");
  EXPECT_EQ(parsed(ContainerdName::of_target("k8s.io", "/srv", digest)), "k8s.io /srv " + digest.text());
}

TEST_F(ContainerdImagesTest, IsFoundByEachOfItsNamesAndRead) {
  const Image image = put_image("me"), other = put_image("other");
  const std::string full = "registry.example/team/shop:2", by_digest = "registry.example/team/shop@";
  for (const std::string& each : {full, by_digest + image.manifest.text(), image.config.text()}) {
    name("k8s.io", each, image.manifest.text());
  }
  name("k8s.io", "docker.io/library/alpine:latest", other.manifest.text());
  for (const std::string& asked :
       {full, std::string("shop:2"), std::string("team/shop:2"), by_digest + image.manifest.text(),
        image.manifest.text(), image.manifest.hex().substr(0, 12), image.config.text(),
        image.config.hex().substr(0, 12), "[k8s.io]" + full, "[" + root() + "]" + full,
        ContainerdName::of_target("k8s.io", root(), image.manifest)}) {
    EXPECT_EQ(user_of(asked), "me") << asked;
  }
  EXPECT_EQ(user_of("alpine"), "other");
  EXPECT_THAT(user_of(by_digest + other.manifest.text()), HasSubstr("no such image"));

  const auto opened = open("shop:2");
  ASSERT_TRUE(opened.ok()) << opened.error().message();
  EXPECT_EQ((*opened)->identity().config, image.config);
  EXPECT_EQ((*opened)->identity().manifest, image.manifest);
  EXPECT_THAT((*opened)->identity().names, ElementsAre(full));
  LayerOptions options;
  options.scratch = [] { return base::Result<base::Fd>(base::Fd(::memfd_create("scratch", MFD_CLOEXEC))); };
  const auto facts = read_layer(**opened, 0, options);
  ASSERT_TRUE(facts.ok()) << facts.error().message();
  EXPECT_EQ(facts->diff_id, image.layer);
}

TEST_F(ContainerdImagesTest, NamespacesAreAskedInTheirOrderUnlessOneIsNamed) {
  const std::string app = "localhost/app:1";
  const auto put_named = [&](const std::string& name_space) {
    name(name_space, app, put_image("of " + name_space).manifest.text());
  };
  put_named("buildkit");
  EXPECT_EQ(user_of("app:1"), "of buildkit");
  for (const char* each : {"moby", "k8s.io", "default"}) {
    put_named(each);
    EXPECT_EQ(user_of("app:1"), std::string("of ") + each);
  }
  EXPECT_EQ(user_of("[buildkit]app:1"), "of buildkit");
  EXPECT_EQ(user_of("[prod]app:1"), "app:1: no such image in the namespace prod of " + root());
  EXPECT_EQ(user_of("other"), "other: no such image in any namespace of " + root());
}

TEST_F(ContainerdImagesTest, AnEndOfANameThatStandsForSeveralIsNoAnswer) {
  name("default", "one.example/app:1", put_image("one").manifest.text());
  name("default", "two.example/app:1", put_image("two").manifest.text());
  const auto image = open("app:1");
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code(), ErrorCode::usage);
  EXPECT_THAT(image.error().message(), HasSubstr("app:1: namespace default: stands for several images"));
}

TEST_F(ContainerdImagesTest, OfAnIndexThePlatformIsTaken) {
  const Image here = put_image("here"), there = put_image("there");
  const Digest index = put_index(here.manifest, there.manifest);
  name("default", "localhost/many:1", index.text());
  EXPECT_EQ(user_of("many:1"), "here");
  EXPECT_EQ(user_of("many:1", arm64), "there");
  EXPECT_EQ(open("many:1").value()->identity().index, index);
  EXPECT_THAT(user_of("many:1", {"linux", "s390x", ""}), HasSubstr("there is linux/amd64, linux/arm64"));
  fs::remove(scratch_.path() / blob_file(there.manifest));
  const auto image = open("many:1", arm64);
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code(), ErrorCode::not_found);
  EXPECT_THAT(image.error().message(), HasSubstr("does not have the content " + there.manifest.hex() +
                                                 ": it was fetched for another platform only"));
}

TEST_F(ContainerdImagesTest, LayersThatWereRemovedAreToldAsThat) {
  const Image image = put_image("me");
  name("default", "localhost/app:1", image.manifest.text());
  fs::remove(scratch_.path() / blob_file(image.layer));
  const auto opened = open("app:1");
  ASSERT_TRUE(opened.ok()) << opened.error().message();
  const auto layer = (*opened)->open_layer(0);
  ASSERT_FALSE(layer.ok());
  EXPECT_THAT(layer.error().message(), HasSubstr(image.layer.hex()));
  EXPECT_THAT(layer.error().message(), HasSubstr("discard_unpacked_layers"));
}

TEST_F(ContainerdImagesTest, ContentOfAnotherDigestIsRefused) {
  const Image image = put_image("me");
  name("default", "localhost/app:1", image.manifest.text());
  write(blob_file(image.layer), tests::TarBuilder().file("etc/hostname", "evil").take());
  const auto opened = open("app:1");
  ASSERT_TRUE(opened.ok()) << opened.error().message();
  const auto facts = read_layer(**opened, 0, {});
  ASSERT_FALSE(facts.ok());
  EXPECT_EQ(facts.error().code(), ErrorCode::mismatch);
  for (const Digest& document : {image.config, image.manifest}) {
    write(blob_file(document), "{}");
    const auto evil = open("app:1");
    ASSERT_FALSE(evil.ok());
    EXPECT_EQ(evil.error().code(), ErrorCode::mismatch) << evil.error().message();
  }
}

TEST_F(ContainerdImagesTest, LinksOutOfTheStoreAreNotFollowed) {
  const Image image = put_image("me");
  name("default", "localhost/app:1", image.manifest.text());
  const fs::path blob = scratch_.path() / blob_file(image.config);
  fs::rename(blob, scratch_.path() / "elsewhere");
  fs::create_symlink(scratch_.path() / "elsewhere", blob);
  EXPECT_THAT(user_of("app:1"), HasSubstr(image.config.hex()));
}

TEST_F(ContainerdImagesTest, ADatabaseThatIsDamagedOrNotThereIsToldAsThat) {
  const auto absent = open("app:1");
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().code(), ErrorCode::not_found);
  EXPECT_EQ(absent.error().message(), "app:1: no containerd has its folder in " + root() + "/none, " + root());
  name("default", "localhost/app:1", "sha256:short");
  EXPECT_THAT(user_of("app:1"), HasSubstr("app:1: "));
  write("io.containerd.metadata.v1.bolt/meta.db", std::string(4096, 'x'));
  EXPECT_THAT(user_of("app:1"), HasSubstr("meta.db"));
  EXPECT_THAT(user_of("app:1"), testing::Not(HasSubstr("No such file")));
}

}  // namespace
}  // namespace doorman::source

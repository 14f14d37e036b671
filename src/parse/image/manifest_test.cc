// SPDX-License-Identifier: Apache-2.0
#include "parse/image/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::parse::image {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string digest_a = "sha256:" + std::string(64, 'a');
const std::string digest_b = "sha256:" + std::string(64, 'b');

std::string descriptor(const std::string& digest, const std::string& more = "") {
  return R"({"mediaType":"m","digest":")" + digest + R"(","size":7)" + more + "}";
}

std::string platform(const std::string& os, const std::string& architecture, const std::string& variant = "") {
  return R"(,"platform":{"os":")" + os + R"(","architecture":")" + architecture + R"(","variant":")" + variant +
         "\"}";
}

std::string index_of(const std::vector<std::string>& manifests) {
  std::string text = R"({"schemaVersion":2,"manifests":[)";
  for (const std::string& one : manifests) text += (&one == manifests.data() ? "" : ",") + one;
  return text + "]}";
}

TEST(Manifest, NamesConfigAndLayersInOrder) {
  const auto manifest = parse_manifest(R"({"schemaVersion":2,"config":)" + descriptor(digest_a) + R"(,"layers":[)" +
                                       descriptor(digest_b) + "," + descriptor(digest_a) + "]}");
  ASSERT_TRUE(manifest.ok()) << manifest.error().message();
  EXPECT_EQ(manifest->config.digest.text(), digest_a);
  ASSERT_EQ(manifest->layers.size(), 2U);
  EXPECT_EQ(manifest->layers[0].digest.text(), digest_b);
  EXPECT_EQ(manifest->layers[0].size, 7U);
}

TEST(Manifest, WhatCanBeReadAsTwoThingsIsRefused) {
  const std::string both =
      R"({"config":)" + descriptor(digest_a) + R"(,"layers":[],"manifests":[)" + descriptor(digest_b) + "]}";
  EXPECT_THAT(parse_manifest(both).error().message(), HasSubstr("both a manifest and an index"));
  EXPECT_THAT(parse_index(both).error().message(), HasSubstr("both a manifest and an index"));
}

TEST(Manifest, ErrorsSayWhatIsWrongAndWhere) {
  EXPECT_THAT(parse_manifest(R"({"schemaVersion":1,"fsLayers":[]})").error().message(), HasSubstr("schema 1"));
  EXPECT_THAT(parse_manifest(R"({"config":{},"layers":[]})").error().message(), HasSubstr("config: not a digest"));
  const auto bad_layer = parse_manifest(R"({"config":)" + descriptor(digest_a) + R"(,"layers":[)" +
                                        descriptor(digest_a) + R"(,{"digest":"x"}]})");
  EXPECT_THAT(bad_layer.error().message(), HasSubstr("layers[1]"));
  std::string many = R"({"config":)" + descriptor(digest_a) + R"(,"layers":[)" + descriptor(digest_a);
  for (std::size_t i = 0; i < max_layers; ++i) many += "," + descriptor(digest_a);
  EXPECT_EQ(parse_manifest(many + "]}").error().code(), base::ErrorCode::limit);
  for (const char* wrong : {"", "[]", "{", "null", "{}"}) EXPECT_FALSE(parse_manifest(wrong).ok()) << wrong;
}

TEST(Index, TheExactPlatformComesFirstAndAttestationsNever) {
  const auto index = parse_index(index_of({
      descriptor(digest_a, platform("linux", "arm64")),
      descriptor(digest_b, platform("linux", "arm64", "v8")),
      descriptor(digest_a, platform("unknown", "unknown")),
  }));
  ASSERT_TRUE(index.ok());
  EXPECT_EQ(select_platform(*index, {"linux", "arm64", "v8"})->digest.text(), digest_b);
  EXPECT_EQ(select_platform(*index, {"linux", "arm64", ""})->digest.text(), digest_a);
  EXPECT_EQ(select_platform(*index, {"linux", "arm64", "v9"})->digest.text(), digest_a);
  const auto none = select_platform(*index, {"linux", "s390x", ""});
  EXPECT_THAT(none.error().message(), HasSubstr("no image for linux/s390x; there is linux/arm64, linux/arm64/v8"));
}

TEST(Index, ASingleImageWithoutPlatformIsTaken) {
  EXPECT_TRUE(select_platform(*parse_index(index_of({descriptor(digest_a)})), {"linux", "amd64", ""}).ok());
  const auto two = parse_index(index_of({descriptor(digest_a), descriptor(digest_b)}));
  EXPECT_FALSE(select_platform(*two, {"linux", "amd64", ""}).ok());
}

TEST(Config, TellsSettingsAndHistory) {
  const auto config = parse_config(R"({"os":"linux","architecture":"amd64","created":"2024-01-02T03:04:05.6Z",
    "config":{"User":"app","Env":["A=b"],"ExposedPorts":{"80/tcp":{},"443/tcp":{}},"Entrypoint":["/x"],
              "Labels":{"b":"2","a":"1"},"Volumes":{"/data":{}}},
    "rootfs":{"type":"layers","diff_ids":[")" +
                                   digest_a + R"("]},
    "history":[{"created_by":"ADD"},{"created_by":"ENV","empty_layer":true}]})");
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->user, "app");
  EXPECT_THAT(config->exposed_ports, ElementsAre("443/tcp", "80/tcp"));
  EXPECT_EQ(config->labels.front().first, "a");
  EXPECT_EQ(config->diff_ids.size(), 1U);
  EXPECT_TRUE(config->history[1].empty_layer);
  EXPECT_EQ(base::format_time(*config->created), "2024-01-02T03:04:05Z");
  EXPECT_FALSE(parse_config("{}").ok());
  EXPECT_FALSE(parse_config(R"({"rootfs":{"diff_ids":["nonsense"]}})").ok());
}

TEST(Config, AHealthCheckMayBeSwitchedOff) {
  const auto with = [](const std::string& check) {
    return parse_config(R"({"rootfs":{},"config":{"Healthcheck":)" + check + "}}")->health_check;
  };
  EXPECT_TRUE(with(R"({"Test":["CMD-SHELL","curl -f localhost"]})"));
  EXPECT_FALSE(with(R"({"Test":["NONE"]})"));
  EXPECT_FALSE(with(R"({"Test":[]})"));
  EXPECT_FALSE(with("null"));
}

TEST(SavedImages, EachNamesItsConfigAndLayers) {
  const auto images =
      parse_saved_images(R"([{"Config":"c.json","RepoTags":["a:1","a:2"],"Layers":["x/layer.tar"]}])");
  ASSERT_TRUE(images.ok());
  EXPECT_THAT(images->front().names, ElementsAre("a:1", "a:2"));
  for (const char* wrong : {"[]", "{}", "[{}]", "[1]"}) EXPECT_FALSE(parse_saved_images(wrong).ok()) << wrong;
}

TEST(LayerRefs, CountsMustAgree) {
  const auto manifest =
      parse_manifest(R"({"config":)" + descriptor(digest_a) + R"(,"layers":[)" + descriptor(digest_b) + "]}");
  model::ImageConfig config;
  EXPECT_THAT(layer_refs(*manifest, config).error().message(), HasSubstr("1 layers, the configuration 0 diffIDs"));
  config.diff_ids.push_back(base::digest_of("x"));
  EXPECT_EQ(layer_refs(*manifest, config)->front().blob->text(), digest_b);
}

}  // namespace
}  // namespace doorman::parse::image

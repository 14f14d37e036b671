// SPDX-License-Identifier: Apache-2.0
#include "app/scan/running_targets.h"

#include <gtest/gtest.h>

namespace doorman::app {
namespace {

using base::digest_of;

source::LocalImages sample() {
  source::LocalImages local;
  local.knows_running = true;
  local.images = {{digest_of("shop"), {}, "podman", {"localhost/shop:1"}, {}, {}, "containers-storage:shop"},
                  {digest_of("idle"), {}, "podman", {"localhost/idle:1"}, {}, {}, "containers-storage:idle"},
                  {digest_of("kube"), {}, "containerd", {"registry.example/kube:1"}, {}, {}, "containerd:kube"}};
  const auto add = [&](const char* id, const std::string& image, bool running, const char* engine = "podman") {
    local.containers.push_back({id, id, engine, "asked/" + image, digest_of(image).text(), running});
  };
  add("one", "shop", true);
  add("two", "shop", true);
  add("asleep", "idle", false);
  add("pod", "kube", true, "containerd");
  add("orphan", "gone", true);
  local.containers.push_back({"mystery", "mystery", "podman", "", "", true});
  return local;
}

TEST(RunningTargets, EachImageOnceAndWhatCannotBeReadWithItsReason) {
  const auto targets = running_targets(sample());
  ASSERT_EQ(targets.size(), 4U);
  EXPECT_EQ(targets[0].text, "asked/gone");
  EXPECT_EQ(targets[0].problem, "no engine has it any more");
  EXPECT_EQ(targets[1].text, "localhost/shop:1");
  EXPECT_EQ(targets[1].target, "containers-storage:shop");
  EXPECT_EQ(targets[1].digest, digest_of("shop"));
  EXPECT_EQ(targets[1].problem, "");
  EXPECT_EQ(targets[2].text, "registry.example/kube:1");
  EXPECT_EQ(targets[2].target, "containerd:kube");
  EXPECT_EQ(targets[3].text, "mystery");
  EXPECT_FALSE(targets[3].digest.has_value());
  EXPECT_NE(targets[3].problem, "");
}

TEST(TargetOfDigest, IsTheImageThatItIsOneOfWithItsName) {
  source::LocalImages local = sample();
  local.images[0].aliases = {digest_of("its manifest")};
  local.images[2].target.clear();
  local.images.push_back({digest_of("nameless"), {}, "podman", {}, {}, {}, "containers-storage:nameless"});
  for (const char* each : {"shop", "its manifest"}) {
    const auto target = target_of_digest(local, digest_of(each));
    ASSERT_TRUE(target.has_value()) << each;
    EXPECT_EQ(target->target, "containers-storage:shop");
    EXPECT_EQ(target->name, "localhost/shop:1");
    EXPECT_EQ(target->text, "localhost/shop:1");
    EXPECT_EQ(target->digest, digest_of("shop"));
  }
  EXPECT_EQ(target_of_digest(local, digest_of("nameless"))->text, digest_of("nameless").text());
  EXPECT_FALSE(target_of_digest(local, digest_of("kube")).has_value());
  EXPECT_FALSE(target_of_digest(local, digest_of("nobody's")).has_value());
}

}  // namespace
}  // namespace doorman::app

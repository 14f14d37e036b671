// SPDX-License-Identifier: Apache-2.0
#include "derive/host_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace doorman::derive {
namespace {

using base::Digest;
using model::FixState;
using model::HostImages;
using model::ImageOverview;
using model::ImageState;
using model::RebuildStep;
using model::Severity;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class HostImagesTest : public testing::Test {
 protected:
  struct Scan {
    explicit Scan(const Digest& digest) : inventory(model::Subject::image(digest)) {}
    model::Inventory inventory;
    std::vector<model::Finding> findings;
  };

  static Digest digest(const std::string& name) { return base::digest_of(name); }

  /// Layers are letters, bottom first.
  model::LocalImage& image(const std::string& name, const std::string& layers, const char* created = "2024-03-01") {
    model::LocalImage image{digest(name), {}, "podman", {"localhost/" + name}, {}, {}, ""};
    image.config.created = base::parse_time(created);
    for (const char layer : layers) image.config.diff_ids.push_back(digest(std::string(1, layer)));
    images_.push_back(std::move(image));
    return images_.back();
  }
  void container(const std::string& name, const std::string& of, bool running = true) {
    containers_.push_back({name + "-id", name, "podman", "localhost/" + of, digest(of).text(), running});
  }
  Scan& scan(const std::string& name, std::size_t layers) {
    Scan& scan = scans_.emplace_back(digest(name));
    scan.inventory.layers.resize(layers);
    scanned_[digest(name)] = {};
    return scan;
  }
  static void flaw(Scan& scan, const std::string& id, Severity severity, std::uint32_t layer,
                   FixState fix = FixState::fixed, const std::string& package = "openssl") {
    model::FoundPackage found;
    found.package.name = package;
    found.layer = layer;
    scan.inventory.packages.push_back(found);
    model::Vulnerability what;
    what.id = id;
    what.severity = severity;
    scan.findings.emplace_back(scan.inventory.subject,
                               static_cast<std::uint32_t>(scan.inventory.packages.size() - 1), what);
    scan.findings.back().fix = fix;
  }
  HostImages told() {
    const std::vector<model::LocalImage> images(images_.begin(), images_.end());
    for (const Scan& scan : scans_) scanned_[scan.inventory.subject.digest()] = {&scan.inventory, scan.findings};
    return host_images({images, containers_, true, scanned_});
  }
  static const ImageOverview& of(const HostImages& host, const std::string& name) {
    for (const ImageOverview& each : host.images) {
      if (each.digest == digest(name)) return each;
    }
    throw std::runtime_error("no image " + name);
  }

  std::deque<model::LocalImage> images_;
  std::vector<model::LocalContainer> containers_;
  std::deque<Scan> scans_;
  std::map<Digest, ScannedImage> scanned_;
};

TEST_F(HostImagesTest, NothingIsThere) {
  const HostImages host = told();
  EXPECT_THAT(host.images, IsEmpty());
  EXPECT_THAT(host.steps, IsEmpty());
}

TEST_F(HostImagesTest, HowAnImageIsUsed) {
  image("shop:1", "a");
  image("job:1", "b");
  image("spare:1", "c");
  image("old", "d").names.clear();
  images_.back().former_names = {"localhost/spare:1"};
  image("dangling", "e").names.clear();
  container("web-2", "shop:1");
  container("web-1", "shop:1");
  container("gone", "shop:1", false);
  container("once", "job:1", false);
  const HostImages host = told();
  EXPECT_EQ(of(host, "shop:1").state, ImageState::running);
  EXPECT_THAT(of(host, "shop:1").running, ElementsAre("web-1", "web-2"));
  EXPECT_EQ(of(host, "shop:1").containers, 3U);
  EXPECT_EQ(of(host, "job:1").state, ImageState::stopped);
  EXPECT_EQ(of(host, "spare:1").state, ImageState::unused);
  EXPECT_EQ(of(host, "old").state, ImageState::superseded);
  EXPECT_EQ(of(host, "old").replaced_by, digest("spare:1"));
  EXPECT_EQ(of(host, "dangling").state, ImageState::unused);
  EXPECT_EQ(host.images.front().digest, digest("shop:1"));  // what runs comes first
}

TEST_F(HostImagesTest, AContainerIsStaleWhenItsNameLeadsElsewhere) {
  image("shop:1 of yesterday", "a").names.clear();
  image("shop:1", "b");
  containers_.push_back({"id", "web", "podman", "localhost/shop:1", digest("shop:1 of yesterday").text(), true});
  // The same name in another engine is another name.
  image("elsewhere", "c").engine = "docker";
  images_.back().names = {"localhost/cart:1"};
  containers_.push_back({"id2", "cart", "podman", "localhost/cart:1", digest("cart").text(), true});
  const HostImages host = told();
  EXPECT_EQ(of(host, "shop:1 of yesterday").state, ImageState::stale);
  EXPECT_EQ(of(host, "shop:1 of yesterday").replaced_by, digest("shop:1"));
  EXPECT_EQ(of(host, "cart").state, ImageState::running);
  EXPECT_FALSE(of(host, "cart").stored);
  EXPECT_THAT(of(host, "cart").names, ElementsAre("localhost/cart:1"));
}

TEST_F(HostImagesTest, TheBaseIsTheImageWithTheLongestLowerPart) {
  image("debian", "a", "2024-01-01");
  image("python", "ab", "2024-02-01");
  image("shop", "abc");
  image("twin", "ab", "2024-02-02");
  image("alien", "xbc");
  const HostImages host = told();
  EXPECT_EQ(of(host, "shop").base->created, of(host, "shop").base->digest == digest("python")
                                                ? base::parse_time("2024-02-01")
                                                : base::parse_time("2024-02-02"));
  EXPECT_EQ(of(host, "python").base->digest, digest("debian"));
  EXPECT_EQ(of(host, "twin").base->digest, digest("debian"));
  EXPECT_EQ(of(host, "debian").children, 2U);
  EXPECT_FALSE(of(host, "alien").base.has_value());
}

TEST_F(HostImagesTest, WithoutABaseHereTheLowestLayerAndTheLabelTell) {
  model::LocalImage& shop = image("shop", "ab");
  shop.config.labels = {{"org.opencontainers.image.base.name", "docker.io/library/debian:12"}};
  shop.config.history = {{"ADD rootfs", "", base::parse_time("2023-06-01"), false},
                         {"COPY", "", base::parse_time("2024-03-01"), false}};
  model::LocalImage& reproducible = image("reproducible", "cd", "1970-01-01");
  reproducible.config.history = {{"ADD", "", base::parse_time("1980-01-01"), false}};
  const HostImages host = told();
  EXPECT_EQ(of(host, "shop").base->name, "docker.io/library/debian:12");
  EXPECT_EQ(of(host, "shop").base->created, base::parse_time("2023-06-01"));
  EXPECT_FALSE(of(host, "shop").base->digest.has_value());
  EXPECT_FALSE(of(host, "reproducible").created.has_value());
  EXPECT_FALSE(of(host, "reproducible").base.has_value());
}

TEST_F(HostImagesTest, AFlawOfSeveralPackagesOfOneSourceCountsOnce) {
  image("shop", "a");
  Scan& shop = scan("shop", 1);
  flaw(shop, "CVE-1", Severity::high, 0);
  flaw(shop, "CVE-1", Severity::high, 0, FixState::fixed, "libssl3");
  shop.inventory.packages.back().package.source_name = "openssl";
  flaw(shop, "CVE-1", Severity::high, 0, FixState::affected, "other");
  const HostImages host = told();
  EXPECT_TRUE(of(host, "shop").scanned);
  EXPECT_EQ(of(host, "shop").flaws.high, 2U);
  EXPECT_EQ(of(host, "shop").fixable.high, 1U);
}

TEST_F(HostImagesTest, TheBaseThatHasTheLayerIsRebuiltAndClearsInAllThatRun) {
  image("debian", "a");
  image("shop", "ab");
  image("cart", "ac");
  image("idle", "ad");
  container("web", "shop");
  container("cart", "cart");
  for (const char* name : {"shop", "cart", "idle"}) flaw(scan(name, 2), "CVE-1", Severity::high, 0);
  flaw(scans_[0], "CVE-2", Severity::critical, 1, FixState::fixed, "flask");
  flaw(scans_[1], "CVE-3", Severity::critical, 0, FixState::affected, "glibc");
  const HostImages host = told();
  ASSERT_THAT(host.steps, SizeIs(2));
  EXPECT_EQ(host.steps[0].image, digest("shop"));  // one critical comes before two high
  EXPECT_EQ(host.steps[0].clears.critical, 1U);
  EXPECT_THAT(host.steps[0].then, IsEmpty());
  EXPECT_EQ(host.steps[1].image, digest("debian"));
  EXPECT_EQ(host.steps[1].action, RebuildStep::Action::rebuild);
  EXPECT_EQ(host.steps[1].clears.high, 2U);
  EXPECT_EQ(host.steps[1].clears.total(), 2U);
  EXPECT_THAT(host.steps[1].containers, ElementsAre("cart", "web"));
  EXPECT_THAT(host.steps[1].then, ElementsAre("localhost/cart", "localhost/shop"));
}

TEST_F(HostImagesTest, WhatLiesBetweenBaseAndImageIsRebuiltOnTheWay) {
  image("debian", "a");
  image("python", "ab");
  image("shop", "abc");
  container("web", "shop");
  flaw(scan("shop", 3), "CVE-1", Severity::high, 0);
  const HostImages host = told();
  ASSERT_THAT(host.steps, SizeIs(1));
  EXPECT_EQ(host.steps[0].image, digest("debian"));
  EXPECT_THAT(host.steps[0].then, ElementsAre("localhost/python", "localhost/shop"));
}

TEST_F(HostImagesTest, AStaleContainerIsMadeAnewAndLosesWhatItsSuccessorLacks) {
  image("old", "a").names.clear();
  image("shop", "b");
  containers_.push_back({"id", "web", "podman", "localhost/shop", digest("old").text(), true});
  Scan& old = scan("old", 1);
  flaw(old, "CVE-1", Severity::critical, 0);
  flaw(old, "CVE-2", Severity::high, 0);
  HostImages host = told();
  ASSERT_THAT(host.steps, SizeIs(1));
  EXPECT_EQ(host.steps[0].action, RebuildStep::Action::recreate);
  EXPECT_FALSE(host.steps[0].compared);
  EXPECT_EQ(host.steps[0].clears.total(), 0U);
  flaw(scan("shop", 1), "CVE-2", Severity::high, 0);
  host = told();
  ASSERT_THAT(host.steps, SizeIs(1));
  EXPECT_TRUE(host.steps[0].compared);
  EXPECT_EQ(host.steps[0].clears.critical, 1U);
  EXPECT_EQ(host.steps[0].clears.total(), 1U);
}

TEST_F(HostImagesTest, ContainersOfNoKnownImageAreCounted) {
  containers_.push_back({"id", "mystery", "podman", "", "", true});
  containers_.push_back({"id2", "asleep", "podman", "", "", false});
  EXPECT_EQ(told().nameless_running, 1U);
}

}  // namespace
}  // namespace doorman::derive

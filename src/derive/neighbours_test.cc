// SPDX-License-Identifier: Apache-2.0
#include "derive/neighbours.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::derive {
namespace {

using model::Resident;
using testing::ElementsAre;
using testing::IsEmpty;

Resident resident(std::string name, std::optional<std::uint32_t> trust = {}) {
  Resident made;
  made.id = "id-of-" + name;
  made.image = "registry.example/" + name;
  made.name = std::move(name);
  made.trust = trust;
  return made;
}

Resident with_paths(std::string name, std::vector<std::string> paths, std::vector<std::string> writable) {
  Resident made = resident(std::move(name));
  made.host_paths = std::move(paths);
  made.writable_paths = std::move(writable);
  return made;
}

TEST(Neighbours, TheFarthestTrustOfThoseThatAreThere) {
  const std::vector<Resident> there = {resident("bank", 75), resident("cache"), resident("build", 25)};
  const auto found = neighbours_of(resident("shop", 80), there);
  EXPECT_EQ(found.count, 3U);
  EXPECT_THAT(found.names, ElementsAre("bank", "build", "cache"));
  EXPECT_EQ(found.lowest_trust, 25U);
  EXPECT_EQ(found.highest_trust, 75U);
  ASSERT_TRUE(found.farthest.has_value());
  EXPECT_EQ(found.farthest->name, "build");
  EXPECT_EQ(found.farthest->distance, 55U);
}

TEST(Neighbours, WithoutATrustOfItsOwnNothingIsFar) {
  const std::vector<Resident> there = {resident("bank", 75)};
  EXPECT_FALSE(neighbours_of(resident("shop"), there).farthest.has_value());
  EXPECT_FALSE(neighbours_of(resident("shop", 50), std::vector{resident("cache")}).farthest.has_value());
}

TEST(Neighbours, NobodyIsHisOwnNeighbourNorOneOfHisPod) {
  Resident shop = resident("shop", 80), side = resident("proxy", 10);
  shop.pod = side.pod = "sandbox";
  const std::vector<Resident> there = {shop, side, resident("bank", 75), resident("bank", 75)};
  const auto found = neighbours_of(shop, there);
  EXPECT_EQ(found.count, 1U);
  EXPECT_THAT(found.names, ElementsAre("bank"));
  EXPECT_EQ(found.farthest->distance, 5U);
}

TEST(Neighbours, TwoWithoutAPodAreTwo) { EXPECT_TRUE(are_neighbours(resident("a"), resident("b"))); }

TEST(Neighbours, PathsThatEitherMayWriteAreShared) {
  const Resident reads = with_paths("reads", {"/etc/localtime", "/srv/data"}, {});
  const Resident writes = with_paths("writes", {"/etc/localtime", "/srv"}, {"/srv"});
  EXPECT_THAT(shared_paths(reads, writes), ElementsAre("/srv/data"));
  EXPECT_THAT(shared_paths(writes, reads), ElementsAre("/srv/data"));
  EXPECT_THAT(shared_paths(reads, with_paths("other", {"/srv/data2", "/etc/localtime"}, {"/srv/data2"})), IsEmpty())
      << "what both only read is no way, nor is a name that begins alike";
  EXPECT_THAT(shared_paths(reads, with_paths("all", {"/"}, {"/"})), ElementsAre("/etc/localtime", "/srv/data"));
}

TEST(Neighbours, WithoutAnybodyThereIsNothing) {
  const auto found = neighbours_of(resident("shop", 80), {});
  EXPECT_EQ(found.count, 0U);
  EXPECT_FALSE(found.lowest_trust || found.highest_trust || found.farthest);
}

}  // namespace
}  // namespace doorman::derive

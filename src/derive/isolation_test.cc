// SPDX-License-Identifier: Apache-2.0
#include "derive/isolation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"

namespace doorman::derive {
namespace {

using model::Isolation;
using testing::ElementsAre;
using testing::IsEmpty;

model::Subject some_host() { return model::Subject::host(base::digest_of("host")); }

model::Inventory inventory_of(const std::vector<std::string>& names) {
  model::Inventory inventory(some_host());
  for (const std::string& name : names) {
    model::FoundPackage found;
    found.package.type = model::PackageType::deb;
    found.package.name = name;
    found.package.version = "1.2-3";
    inventory.packages.push_back(std::move(found));
  }
  return inventory;
}

model::Finding finding(std::uint32_t package, std::string id, model::Severity severity, bool exploited,
                       bool fixed) {
  model::Vulnerability flaw;
  flaw.id = std::move(id);
  flaw.severity = severity;
  flaw.known_exploited = exploited;
  model::Finding made(some_host(), package, std::move(flaw));
  if (fixed) made.fix = model::FixState::fixed;
  return made;
}

IsolatedContainer container(std::string name, std::optional<std::uint32_t> trust = {}) {
  IsolatedContainer made;
  made.container.who.id = "id-of-" + name;
  made.container.who.name = std::move(name);
  made.container.who.trust = trust;
  return made;
}

TEST(Isolation, TheKernelThatRunsComesFirst) {
  const auto inventory = inventory_of({"bash", "linux-image-6.1.0-49-amd64", "linux-image-6.1.0-50-amd64", "runc"});
  const std::vector<model::Finding> findings = {
      finding(1, "CVE-1", model::Severity::critical, false, true),  // of a kernel that does not run
      finding(2, "CVE-2", model::Severity::high, false, true),
      finding(2, "CVE-3", model::Severity::medium, true, false),
      finding(0, "CVE-4", model::Severity::critical, false, false)};
  const auto grounds = grounds_of("6.1.0-50-amd64", inventory, findings);
  ASSERT_EQ(grounds.size(), 2U);
  EXPECT_EQ(grounds[0].name, "kernel");
  EXPECT_EQ(grounds[0].package, "linux-image-6.1.0-50-amd64");
  EXPECT_EQ(grounds[0].version, "1.2-3");
  EXPECT_EQ(grounds[0].flaws.total(), 2U);
  EXPECT_EQ(grounds[0].fixable.total(), 1U);
  EXPECT_THAT(grounds[0].worst, ElementsAre("CVE-3", "CVE-2")) << "exploited ones first";
  EXPECT_EQ(grounds[1].name, "runc");
}

TEST(Isolation, OfAKernelWithoutAPackageNothingIsKnown) {
  const auto grounds = grounds_of("6.18.0-mine", inventory_of({}), {});
  ASSERT_EQ(grounds.size(), 1U);
  EXPECT_EQ(grounds[0].version, "6.18.0-mine");
  EXPECT_EQ(grounds[0].package, "");
}

TEST(Isolation, WhatTwoHaveInCommonTiesBoth) {
  auto shop = container("shop"), web = container("web"), other = container("other");
  shop.container.who.host_paths = shop.container.who.writable_paths = {"/srv/data"};
  web.container.who.host_paths = {"/srv/data"};
  shop.namespaces = {{"net", 7}, {"pid", 8}};
  web.namespaces = {{"net", 7}, {"pid", 9}};
  other.namespaces = {{"net", 1}, {"pid", 2}};
  const auto all = isolation_of({shop, web, other});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_THAT(all[0].ties, IsEmpty());
  EXPECT_THAT(all[1].ties, ElementsAre(Isolation::Tie{"web", "/srv/data"}, Isolation::Tie{"web", "net namespace"}));
  EXPECT_THAT(all[2].ties,
              ElementsAre(Isolation::Tie{"shop", "/srv/data"}, Isolation::Tie{"shop", "net namespace"}));
}

TEST(Isolation, ThoseOfAPodAreNoNeighbours) {
  auto shop = container("shop"), proxy = container("proxy");
  shop.container.who.pod = proxy.container.who.pod = "pod";
  shop.namespaces = proxy.namespaces = {{"net", 7}};
  for (const auto& each : isolation_of({shop, proxy})) {
    EXPECT_EQ(each.neighbours, 0U);
    EXPECT_THAT(each.ties, IsEmpty());
  }
}

TEST(Isolation, MostWaysOutFirstThenTheFarthestInTrust) {
  auto agent = container("zz-agent");
  agent.container.ways.push_back({"Privileged container", "", "", true});
  const auto all = isolation_of({container("bank", 90), container("shop", 80), container("build", 25), agent});
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const auto& each : all) names.push_back(each.who.name);
  EXPECT_THAT(names, ElementsAre("zz-agent", "bank", "build", "shop"));
  EXPECT_TRUE(all.front().ways.front().closed_by_machine);
  EXPECT_EQ(all[1].farthest->distance, 65U);
}

}  // namespace
}  // namespace doorman::derive

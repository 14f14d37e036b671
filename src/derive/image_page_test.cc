// SPDX-License-Identifier: Apache-2.0
#include "derive/image_page.h"

#include <gtest/gtest.h>

namespace doorman::derive {
namespace {

using model::ContainerHistory;

ContainerHistory life(const char* peer, std::uint64_t first, std::uint64_t last) {
  ContainerHistory history;
  history.records = {2, first, last};
  history.executions = 3;
  model::PeerSeen seen;
  seen.address = *base::IpAddress::parse(peer);
  seen.port = 443;
  seen.times = {2, first, last};
  seen.sent = 10;
  history.peers = {seen};
  history.alerted = {{"rule", "output", model::Priority::warning, {1, first, first}}};
  history.programs.started["/usr/bin/dash"].runs = {1, first, last};
  history.programs.started["/usr/bin/dash"].started["/opt/x"].runs = {2, first, last};
  return history;
}

model::ImagePage page() { return model::ImagePage(model::ImageOverview(base::digest_of("image"))); }

TEST(PutTogether, WhatIsTheSameIsOneWithTheTimesOfAll) {
  const ContainerHistory a = life("192.0.2.1", 10, 20), b = life("192.0.2.1", 5, 15), c = life("192.0.2.2", 30, 40);
  const ContainerHistory all = put_together({&a, &b, &c});
  EXPECT_EQ(all.executions, 9U);
  EXPECT_EQ(all.records.first, 5U);
  EXPECT_EQ(all.records.last, 40U);
  ASSERT_EQ(all.peers.size(), 2U);
  EXPECT_EQ(all.peers[0].times.count, 4U);
  EXPECT_EQ(all.peers[0].times.first, 5U);
  EXPECT_EQ(all.peers[0].times.last, 20U);
  EXPECT_EQ(all.peers[0].sent, 20U);
  EXPECT_EQ(all.peers[1].sent, 10U);
  ASSERT_EQ(all.alerted.size(), 1U);
  EXPECT_EQ(all.alerted[0].times.count, 3U);
  EXPECT_EQ(put_together({&a, &c}, 1).not_kept, 1U);
}

TEST(JoinUse, FindingsOfPackagesInUseStandFirstAndKeepTheirOrder) {
  model::ImagePage told = page();
  model::Inventory inventory(model::Subject::image(base::digest_of("image")));
  inventory.packages.resize(2);
  inventory.packages[1].purl = "pkg:deb/debian/dash@1";
  inventory.programs.push_back({{.path = "bin/dash", .sha256 = base::digest_of("dash")}, 0, 1});
  std::vector<model::Finding> findings;
  for (const std::uint32_t package : {0U, 1U, 0U, 1U}) {
    model::Vulnerability flaw;
    flaw.id = std::to_string(findings.size());
    findings.emplace_back(inventory.subject, package, flaw);
  }
  told.scan.emplace(
      model::Report{std::move(inventory), std::move(findings), 0, {}, std::nullopt, "", std::nullopt});
  join_use(told, {{"usr/bin/dash", {model::FileUse::How::executed, 7, "id"}}});
  EXPECT_EQ(told.findings_in_use, 2U);
  std::string order;
  for (const model::Finding& finding : told.scan->findings) order += finding.vulnerability.id;
  EXPECT_EQ(order, "1302");
  EXPECT_EQ(told.use_of(0), nullptr);
  EXPECT_EQ(told.use_of(1)->path, "usr/bin/dash");

  const ContainerHistory a = life("192.0.2.1", 10, 20), b = life("192.0.2.1", 5, 15);
  told.histories = {&a, &b};
  const auto programs = programs_of(told);
  ASSERT_EQ(programs.size(), 2U);
  EXPECT_EQ(programs[0].path, "/opt/x");
  EXPECT_EQ(programs[0].count, 4U);
  EXPECT_EQ(programs[0].package, "");
  EXPECT_EQ(programs[1].package, "pkg:deb/debian/dash@1");
  EXPECT_EQ(programs[1].first, 5U);
  EXPECT_EQ(programs[1].last, 20U);
}

}  // namespace
}  // namespace doorman::derive

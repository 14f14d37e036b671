// SPDX-License-Identifier: Apache-2.0
#include "sink/summary.h"

#include <gtest/gtest.h>

namespace doorman::sink {
namespace {

using model::FixState;
using model::PackageType;
using model::Severity;

class SummaryTest : public testing::Test {
 protected:
  std::uint32_t package(PackageType type, std::string name, std::string source = "", std::string version = "1") {
    model::FoundPackage found;
    found.package.type = type;
    found.package.name = std::move(name);
    found.package.source_name = std::move(source);
    found.package.version = std::move(version);
    report_.inventory.packages.push_back(found);
    return static_cast<std::uint32_t>(report_.inventory.packages.size() - 1);
  }
  void finding(std::uint32_t package, std::string id, Severity severity, std::string fixed = "") {
    model::Vulnerability flaw;
    flaw.id = std::move(id);
    flaw.severity = severity;
    model::Finding finding(report_.inventory.subject, package, flaw);
    finding.fix = fixed.empty() ? FixState::affected : FixState::fixed;
    finding.fixed_version = finding.upgrade_to = std::move(fixed);
    report_.findings.push_back(finding);
  }
  [[nodiscard]] std::string advised() const { return advice(report_, group_findings(report_)); }

  model::Report report_{.inventory = model::Inventory(model::Subject::image(base::digest_of("x"))),
                        .findings = {},
                        .hidden = 0,
                        .database = {},
                        .created = {},
                        .tool_version = {},
                        .verdict = {}};
};

TEST_F(SummaryTest, BinariesOfOneSourceAreOneGroup) {
  const auto libssl = package(PackageType::deb, "libssl3", "openssl");
  const auto openssl = package(PackageType::deb, "openssl");
  const auto other = package(PackageType::deb, "openssl", "", "2");
  for (const auto each : {libssl, openssl, other}) finding(each, "CVE-1", Severity::high, "3");
  const auto groups = group_findings(report_);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].packages, (std::vector{libssl, openssl}));
  EXPECT_EQ(groups[1].packages, std::vector{other});
  const Counts counts = count(groups);
  EXPECT_EQ(counts.total, 2U);
  EXPECT_EQ(counts.of(Severity::high), 2U);
  EXPECT_EQ(counts.fixable, 2U);
}

TEST_F(SummaryTest, DifferentFlawsKeepThemApart) {
  const auto libssl = package(PackageType::deb, "libssl3", "openssl");
  const auto openssl = package(PackageType::deb, "openssl");
  finding(libssl, "CVE-1", Severity::high);
  finding(openssl, "CVE-1", Severity::high);
  finding(openssl, "CVE-2", Severity::high);
  EXPECT_EQ(group_findings(report_).size(), 2U);
}

TEST_F(SummaryTest, AFindingOfNoPackageIsLeftOut) {
  finding(7, "CVE-1", Severity::high);
  EXPECT_TRUE(group_findings(report_).empty());
}

TEST_F(SummaryTest, AdvisesNothingWithoutAFix) {
  EXPECT_EQ(advised(), "");
  finding(package(PackageType::npm, "a"), "CVE-1", Severity::high);
  EXPECT_EQ(advised(), "");
}

TEST_F(SummaryTest, AdvisesTheUpgradeOfOnePackage) {
  const auto ms = package(PackageType::npm, "ms");
  finding(ms, "CVE-1", Severity::high, "2");
  EXPECT_EQ(advised(), "Upgrade ms to 2: fixes the only fixable one.");
  finding(ms, "CVE-2", Severity::low, "2");
  EXPECT_EQ(advised(), "Upgrade ms to 2: fixes all 2 fixable, 1 critical or high.");
  finding(ms, "CVE-3", Severity::low, "3");
  EXPECT_EQ(advised(), "Upgrade ms to 3: fixes all 3 fixable, 1 critical or high.");
}

TEST_F(SummaryTest, AdvisesTheSideWithMoreFixes) {
  report_.inventory.distribution = model::Distribution{"debian", "12", "", ""};
  finding(package(PackageType::npm, "ms"), "CVE-1", Severity::low, "2");
  finding(package(PackageType::npm, "qs"), "CVE-2", Severity::low, "2");
  finding(package(PackageType::npm, "ws"), "CVE-3", Severity::low, "2");
  const auto libssl = package(PackageType::deb, "libssl3", "openssl");
  finding(libssl, "CVE-4", Severity::high, "9");
  EXPECT_EQ(advised(), "Upgrade ms, qs and 1 more: fixes 3 of 4 fixable.");
  finding(libssl, "CVE-5", Severity::low, "9");
  finding(package(PackageType::deb, "bash"), "CVE-6", Severity::low, "9");
  EXPECT_EQ(advised(),
            "Rebuild with the current packages of debian 12 (openssl and bash): fixes 3 of 6 fixable, "
            "1 critical or high.");
}

TEST_F(SummaryTest, AdvisesToLeaveADeadReleaseFirst) {
  report_.inventory.distribution = model::Distribution{"debian", "8", "", "Debian GNU/Linux 8 (jessie)"};
  report_.inventory.support.state = model::Support::State::ended;
  EXPECT_EQ(advised(), "Move to a supported release: Debian GNU/Linux 8 (jessie) gets no security fixes any more.");
}

}  // namespace
}  // namespace doorman::sink

// SPDX-License-Identifier: Apache-2.0
// What is decided about a package is tested by the cases in tests/data/advisory (src/app/match_cases_test.cc).
#include "derive/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "derive/advisory_db/builder.h"

namespace doorman::derive {
namespace {

using advisory_db::Builder;
using model::Ecosystem;
using model::PackageType;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = model::VersionEvent::Kind;

constexpr const char* critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
constexpr const char* high = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
constexpr const char* higher = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:H";

model::Advisory flaw(std::string id, std::string package, const char* vector, std::string fixed) {
  model::Advisory made;
  made.id = std::move(id);
  made.rating.vectors = {vector};
  model::VersionEvents events = {{Kind::introduced, "0"}};
  if (!fixed.empty()) events.push_back({Kind::fixed, std::move(fixed)});
  made.affected.push_back(
      {.ecosystem = {Ecosystem::npm, ""}, .name = std::move(package), .ranges = {std::move(events)}});
  return made;
}

model::Inventory inventory() { return model::Inventory(model::Subject::root(base::digest_of("test"))); }

void add(model::Inventory& into, PackageType type, std::string name, std::string version) {
  model::FoundPackage found;
  found.package.type = type;
  found.package.name = std::move(name);
  found.package.version = std::move(version);
  into.packages.push_back(std::move(found));
}

std::vector<std::string> told(const std::vector<model::Finding>& findings) {
  std::vector<std::string> lines;
  for (const model::Finding& each : findings)
    lines.push_back(std::to_string(each.package) + " " + each.vulnerability.id);
  return lines;
}

TEST(Match, OrderOfDisplay) {
  Builder builder;
  const auto source = builder.add_source("s", "");
  builder.add(source, flaw("CVE-2024-6", "b", high, "2.0.0"));
  builder.add(source, flaw("CVE-2024-5", "a", high, "2.0.0"));
  builder.add(source, flaw("CVE-2024-4", "b", higher, "2.0.0"));
  builder.add(source, flaw("CVE-2024-3", "b", high, "2.0.0"));
  builder.add(source, flaw("CVE-2024-2", "a", higher, ""));
  builder.add(source, flaw("CVE-2024-1", "a", high, ""));
  builder.add(source, flaw("CVE-2024-9", "b", critical, ""));
  builder.add(source, model::KnownExploited{{"CVE-2024-6"}, std::nullopt});
  const std::string file = std::move(builder).finish().value();
  auto image = inventory();
  add(image, PackageType::npm, "a", "1.0.0");
  add(image, PackageType::npm, "b", "1.0.0");
  EXPECT_THAT(told(match(image, AdvisoryDb::open(file).value())),
              ElementsAre("1 CVE-2024-9",                    // worst
                          "1 CVE-2024-6",                    // fixable and exploited
                          "1 CVE-2024-4",                    // fixable, higher score
                          "0 CVE-2024-5", "1 CVE-2024-3",    // by package
                          "0 CVE-2024-2", "0 CVE-2024-1"));  // not fixable
}

TEST(Match, OwnedPackagesAreMatchedThroughTheirOwner) {
  Builder builder;
  builder.add(builder.add_source("s", ""), flaw("CVE-2024-1", "a", high, ""));
  const std::string file = std::move(builder).finish().value();
  const AdvisoryDb database = AdvisoryDb::open(file).value();
  auto image = inventory();
  add(image, PackageType::deb, "node-a", "1.0.0-1");
  add(image, PackageType::npm, "a", "1.0.0");
  image.packages[1].owner = 0;
  EXPECT_THAT(match(image, database), IsEmpty());
  EXPECT_THAT(told(match(image, database, {.owned = true})), ElementsAre("1 CVE-2024-1"));
}

TEST(Match, TypesWithoutAdvisoriesHaveNoFindings) {
  const std::string file = Builder().finish().value();
  auto image = inventory();
  for (const auto type : {PackageType::rpm, PackageType::generic, PackageType::apk}) add(image, type, "a", "1");
  EXPECT_THAT(match(image, AdvisoryDb::open(file).value()), IsEmpty());
}

TEST(Match, ASignedKernelIsTheKernel) {
  model::Advisory fixed;
  fixed.id = "CVE-2026-1";
  fixed.affected.push_back({.ecosystem = {Ecosystem::debian, "12"},
                            .name = "linux",
                            .ranges = {{{Kind::introduced, "0"}, {Kind::fixed, "6.1.170-1"}}}});
  Builder builder;
  builder.add(builder.add_source("s", ""), fixed);
  const std::string file = std::move(builder).finish().value();
  auto host = inventory();
  host.distribution = model::Distribution{.id = "debian", .version_id = "12", .codename = {}, .pretty_name = {}};
  add(host, PackageType::deb, "linux-image-6.1.0-48-amd64", "6.1.169-1");
  host.packages.back().package.source_name = "linux-signed-amd64";
  host.packages.back().package.source_version = "6.1.169+1";
  add(host, PackageType::deb, "linux-image-6.1.0-49-amd64", "6.1.170-1");
  host.packages.back().package.source_name = "linux-signed-amd64";
  host.packages.back().package.source_version = "6.1.170+1";
  EXPECT_THAT(told(match(host, AdvisoryDb::open(file).value())), ElementsAre("0 CVE-2026-1"));
}

}  // namespace
}  // namespace doorman::derive

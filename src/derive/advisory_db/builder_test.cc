// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "derive/advisory_db/judge.h"
#include "derive/advisory_db/reader.h"

namespace doorman::derive::advisory_db {
namespace {

using model::Ecosystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = model::VersionEvent::Kind;

model::Advisory advisory(std::string id, Ecosystem ecosystem, std::string name, model::VersionEvents events) {
  model::Advisory made;
  made.id = std::move(id);
  made.affected.push_back({.ecosystem = {ecosystem, ""}, .name = std::move(name), .ranges = {std::move(events)}});
  return made;
}

/// A little of everything.
std::string sample() {
  Builder builder;
  const auto npm = builder.add_source("osv/npm", "CC-BY-4.0");
  auto lodash =
      advisory("GHSA-jf85", Ecosystem::npm, "lodash", {{Kind::introduced, "0"}, {Kind::fixed, "4.17.12"}});
  lodash.aliases = {"CVE-2019-10744"};
  lodash.rating.vectors = {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H"};
  lodash.published = base::parse_time("2019-07-10T19:45:23Z");
  lodash.modified = base::parse_time("2023-09-05");
  lodash.summary = "Prototype pollution";
  builder.add(npm, lodash);
  const auto fixes = builder.add_source("fixes", "unknown");
  builder.add(fixes, model::DistributionFix{"curl", "7.88.1-10+deb12u5", "CVE-2023-46218", "bookworm-security",
                                            base::parse_time("2023-12-10")});
  const auto list = builder.add_source("list", "CC-BY-SA-4.0");
  for (const char* version : {"1.9", "1.10", "2.0"}) {
    builder.add(list, model::ListedVersion{{Ecosystem::npm, ""}, "tar", version, "VCID-1", true});
  }
  builder.add(list, model::ListedVersion{{Ecosystem::npm, ""}, "tar", "2.1", "VCID-1", false});
  builder.add(list, model::ListedVulnerability{
                        "VCID-1", {"CVE-2021-37701", "N/A"}, "", 0.25, base::parse_time("2026-01-11")});
  builder.add(builder.add_source("kev", "CC0-1.0"), model::KnownExploited{{"CVE-2021-37701"}, std::nullopt});
  return std::move(builder).finish().value();
}

TEST(AdvisoryDatabase, KeepsWhatItWasGiven) {
  const std::string file = sample();
  const Reader reader = Reader::open(file).value();
  EXPECT_TRUE(reader.verify().ok());
  const auto verdicts = judge(reader, {Ecosystem::npm, "lodash", "4.17.11", ""});
  ASSERT_THAT(verdicts, SizeIs(1));
  const model::Vulnerability flaw = reader.vulnerability(verdicts[0].vulnerability);
  EXPECT_EQ(flaw.id, "CVE-2019-10744");
  EXPECT_THAT(flaw.aliases, ElementsAre("GHSA-jf85"));
  EXPECT_EQ(flaw.cvss, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H");
  EXPECT_EQ(flaw.score, 9.1);
  EXPECT_EQ(flaw.severity, model::Severity::critical);
  EXPECT_EQ(flaw.published, base::parse_time("2019-07-10T19:45:23Z"));
  EXPECT_EQ(flaw.modified, base::parse_time("2023-09-05"));
  EXPECT_EQ(flaw.summary, "Prototype pollution");
  EXPECT_EQ(flaw.epss, std::nullopt);
  EXPECT_FALSE(flaw.known_exploited);
  EXPECT_EQ(reader.source_name(verdicts[0].source), "osv/npm");
}

TEST(AdvisoryDatabase, AListHasAliasesProbabilityAndExploits) {
  const std::string file = sample();
  const Reader reader = Reader::open(file).value();
  const auto verdicts = judge(reader, {Ecosystem::npm, "tar", "1.10", ""});
  ASSERT_THAT(verdicts, SizeIs(1));
  const model::Vulnerability flaw = reader.vulnerability(verdicts[0].vulnerability);
  EXPECT_EQ(flaw.id, "CVE-2021-37701");
  EXPECT_THAT(flaw.aliases, IsEmpty());
  EXPECT_EQ(flaw.epss, 0.25);
  EXPECT_TRUE(flaw.known_exploited);
  EXPECT_EQ(verdicts[0].fixed_version, "2.1");
}

TEST(AdvisoryDatabase, AListDecidesOnlyTheVersionsThatItLists) {
  const std::string file = sample();
  const Reader reader = Reader::open(file).value();
  for (const char* version : {"1.9.1", "1.8", "2.1", "2.0.0", ""}) {
    EXPECT_THAT(judge(reader, {Ecosystem::npm, "tar", version, ""}), IsEmpty()) << version;
  }
}

TEST(AdvisoryDatabase, ListedVersionsLieInTheOrderOfTheirEcosystem) {
  const std::string file = sample();
  const Reader reader = Reader::open(file).value();
  const PackageRecord tar = reader.find(Ecosystem::npm, "tar").value();
  EXPECT_EQ(reader.listed_rank(tar, "1.9"), 0U);
  EXPECT_EQ(reader.listed_rank(tar, "1.10"), 1U);
  EXPECT_EQ(reader.listed_version(tar, 1), "1.10");
  EXPECT_EQ(reader.listed_rank(tar, "1"), std::nullopt);
  EXPECT_EQ(reader.listed_version(tar, 99), "");
}

TEST(AdvisoryDatabase, StatesItsSources) {
  const std::string file = sample();
  const model::DatabaseInfo info = Reader::open(file).value().info();
  EXPECT_EQ(info.date, base::parse_time("2026-01-11"));
  ASSERT_THAT(info.sources, SizeIs(4));
  EXPECT_EQ(info.sources[0].name, "osv/npm");
  EXPECT_EQ(info.sources[0].licence, "CC-BY-4.0");
  EXPECT_EQ(info.sources[0].records, 1U);
  EXPECT_EQ(info.sources[0].newest, base::parse_time("2023-09-05"));
  EXPECT_EQ(info.sources[2].records, 5U);
  EXPECT_EQ(info.sources[3].newest, std::nullopt);
}

TEST(AdvisoryDatabase, OtherPackagesAndEcosystemsAreNotThere) {
  const std::string file = sample();
  const Reader reader = Reader::open(file).value();
  EXPECT_FALSE(reader.find(Ecosystem::pypi, "lodash"));
  EXPECT_FALSE(reader.find(Ecosystem::npm, "Lodash"));
  EXPECT_FALSE(reader.find(Ecosystem::npm, ""));
}

TEST(AdvisoryDatabase, OfNothing) {
  const std::string file = Builder().finish().value();
  const Reader reader = Reader::open(file).value();
  EXPECT_TRUE(reader.verify().ok());
  EXPECT_FALSE(reader.find(Ecosystem::npm, "lodash"));
  EXPECT_THAT(reader.info().sources, IsEmpty());
}

TEST(AdvisoryDatabase, TheSameInputGivesTheSameBytes) { EXPECT_EQ(sample(), sample()); }

TEST(AdvisoryDatabase, WithoutSummaries) {
  Builder builder({.summaries = false});
  auto record = advisory("X-1", Ecosystem::npm, "a", {{Kind::introduced, "0"}});
  record.summary = "prose";
  builder.add(builder.add_source("s", ""), record);
  EXPECT_THAT(std::move(builder).finish().value(), testing::Not(HasSubstr("prose")));
}

TEST(AdvisoryDatabase, WithdrawnRecordsJoinNothing) {
  Builder builder;
  const auto source = builder.add_source("s", "");
  auto withdrawn = advisory("GHSA-w", Ecosystem::npm, "a", {{Kind::introduced, "0"}});
  withdrawn.aliases = {"CVE-2024-1", "CVE-2024-2"};
  withdrawn.withdrawn = true;
  builder.add(source, withdrawn);
  for (const char* id : {"CVE-2024-1", "CVE-2024-2"}) {
    builder.add(source, advisory(id, Ecosystem::npm, "a", {{Kind::introduced, "0"}}));
  }
  const std::string file = std::move(builder).finish().value();
  EXPECT_THAT(judge(Reader::open(file).value(), {Ecosystem::npm, "a", "1.0.0", ""}), SizeIs(2));
}

TEST(AdvisoryDatabase, TheThirdVersionOfCvssCountsAndAnAdvisorysBeforeAListsOne) {
  Builder builder;
  const auto source = builder.add_source("s", "");
  auto record = advisory("GHSA-a", Ecosystem::npm, "a", {{Kind::introduced, "0"}});
  record.aliases = {"CVE-2024-1"};
  record.rating.vectors = {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H",
                           "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"};
  record.rating.word = model::Severity::critical;
  builder.add(source, record);
  builder.add(source, model::ListedVulnerability{
                          "VCID-1", {"CVE-2024-1"}, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", {}, {}});
  const std::string file = std::move(builder).finish().value();
  const model::Vulnerability flaw = Reader::open(file).value().vulnerability(0);
  EXPECT_EQ(flaw.score, 5.3);
  EXPECT_EQ(flaw.severity, model::Severity::medium);
}

TEST(AdvisoryDatabase, AWordCountsWhereThereIsNoVector) {
  Builder builder;
  auto record = advisory("GHSA-a", Ecosystem::npm, "a", {{Kind::introduced, "0"}});
  record.rating.vectors = {"CVSS:3.1/nonsense"};
  record.rating.word = model::Severity::high;
  builder.add(builder.add_source("s", ""), record);
  const std::string file = std::move(builder).finish().value();
  const model::Vulnerability flaw = Reader::open(file).value().vulnerability(0);
  EXPECT_EQ(flaw.severity, model::Severity::high);
  EXPECT_EQ(flaw.cvss, "");
}

TEST(AdvisoryDatabase, VersionsOutsideOfTheRangesAreKept) {
  Builder builder;
  auto record = advisory("X-1", Ecosystem::pypi, "A.B", {{Kind::introduced, "2.0"}, {Kind::fixed, "2.2"}});
  record.affected[0].versions = {"2.0", "2.1", "1.0rc1"};
  builder.add(builder.add_source("s", ""), record);
  const std::string file = std::move(builder).finish().value();
  const Reader reader = Reader::open(file).value();
  EXPECT_EQ(reader.count(Section::versions), 1U);
  EXPECT_THAT(judge(reader, {Ecosystem::pypi, "a-b", "1.0rc1", ""}), SizeIs(1));
  EXPECT_THAT(judge(reader, {Ecosystem::pypi, "a-b", "2.1", ""}), SizeIs(1));
  EXPECT_THAT(judge(reader, {Ecosystem::pypi, "a-b", "1.0", ""}), IsEmpty());
}

TEST(AdvisoryDatabase, EntriesOfManyRunsAndRanges) {
  Builder builder;
  const auto source = builder.add_source("s", "");
  auto record = advisory("X-1", Ecosystem::npm, "a", {});
  record.affected[0].ranges.clear();
  for (int i = 0; i < 70'000; ++i) {
    const std::string major = std::to_string(i);
    record.affected[0].ranges.push_back({{Kind::introduced, major + ".0.0"}, {Kind::fixed, major + ".5.0"}});
    if (i % 2 == 0)
      builder.add(source, model::ListedVersion{{Ecosystem::npm, ""}, "b", major + ".0.0", "VCID-1", true});
    else builder.add(source, model::ListedVersion{{Ecosystem::npm, ""}, "b", major + ".0.0", "VCID-2", true});
  }
  builder.add(source, record);
  const std::string file = std::move(builder).finish().value();
  const Reader reader = Reader::open(file).value();
  ASSERT_TRUE(reader.verify().ok());
  EXPECT_THAT(judge(reader, {Ecosystem::npm, "a", "69999.1.0", ""}), SizeIs(1));
  EXPECT_THAT(judge(reader, {Ecosystem::npm, "a", "69999.6.0", ""}), IsEmpty());
  EXPECT_THAT(judge(reader, {Ecosystem::npm, "b", "69998.0.0", ""}), SizeIs(1));
}

TEST(AdvisoryDatabase, AForeignFileIsNone) {
  EXPECT_THAT(Reader::open("").error().message(), HasSubstr("too short"));
  EXPECT_THAT(Reader::open(std::string(4096, 'x')).error().message(), HasSubstr("first bytes differ"));
}

TEST(AdvisoryDatabase, EveryTruncationIsAnError) {
  const std::string file = sample();
  for (std::size_t size = 0; size < file.size(); ++size) {
    const auto opened = Reader::open(std::string_view(file).substr(0, size));
    ASSERT_FALSE(opened.ok()) << size;
    if (size < magic.size()) continue;
    EXPECT_EQ(opened.error().code(), base::ErrorCode::truncated) << size;
  }
  EXPECT_FALSE(Reader::open(file + "more").ok());
}

TEST(AdvisoryDatabase, AnotherVersionSaysWhich) {
  std::string file = sample();
  file[offsetof(Header, version)] = 9;
  const auto opened = Reader::open(file);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), base::ErrorCode::unsupported);
  EXPECT_THAT(opened.error().message(), HasSubstr("format 9, this program reads format 1"));
}

TEST(AdvisoryDatabase, ADamagedHeaderIsFoundWhenItIsOpened) {
  const std::string file = sample();
  for (std::size_t i = 0; i < sizeof(Header); ++i) {
    std::string damaged = file;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(Reader::open(damaged).ok()) << i;
  }
}

/// Asks everything that can be asked.
void use(const Reader& reader) {
  (void)reader.info();
  for (const auto& [ecosystem, name] :
       {std::pair(Ecosystem::npm, "lodash"), {Ecosystem::npm, "tar"}, {Ecosystem::debian, "curl"}}) {
    for (const char* version : {"1.10", "4.17.11", "7.88.1-10", ""}) {
      for (const Verdict& verdict : judge(reader, {ecosystem, name, version, "12"}))
        (void)reader.vulnerability(verdict.vulnerability);
    }
  }
  for (std::uint32_t i = 0; i < 4; ++i) (void)reader.vulnerability(i);
}

TEST(AdvisoryDatabase, DamagedContentIsFoundByVerifyAndHarmsNoReader) {
  const std::string file = sample();
  for (std::size_t i = sizeof(Header); i < file.size(); ++i) {
    std::string damaged = file;
    damaged[i] = static_cast<char>(damaged[i] ^ static_cast<char>(1U << (i % 8)));
    const auto opened = Reader::open(damaged);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->verify().error().code(), base::ErrorCode::mismatch);
    use(*opened);
    std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(i),
              damaged.begin() + static_cast<std::ptrdiff_t>(std::min(i + 64, file.size())), '\xff');
    use(*Reader::open(damaged));
  }
}

}  // namespace
}  // namespace doorman::derive::advisory_db

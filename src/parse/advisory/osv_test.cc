// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/osv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace doorman::parse::advisory {
namespace {

using model::Ecosystem;
using model::FixState;
using model::Severity;
using model::VersionEvent;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

model::Advisory parse(const std::string& json) {
  auto parsed = parse_osv(base::Bytes(json));
  EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().message());
  return parsed.ok() ? *parsed : model::Advisory{};
}

std::string error_of(const std::string& json) {
  const auto parsed = parse_osv(base::Bytes(json));
  return parsed.ok() ? "no error" : parsed.error().message();
}

std::string record(const std::string& affected) { return R"({"id":"X-1","affected":[)" + affected + "]}"; }

TEST(Osv, ReadsWhatARecordSaysOfItself) {
  const auto advisory = parse(R"({
    "id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2024-1", "PYSEC-2024-2"], "related": ["CVE-2023-9"],
    "upstream": ["CVE-2024-3"], "published": "2024-05-01T10:20:30.5Z", "modified": "2024-05-02",
    "summary": "First line\nsecond line",
    "severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"}, {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}],
    "database_specific": {"severity": "MODERATE"}})");
  EXPECT_EQ(advisory.id, "GHSA-aaaa-bbbb-cccc");
  EXPECT_THAT(advisory.aliases, ElementsAre("CVE-2024-1", "PYSEC-2024-2"));
  EXPECT_THAT(advisory.related, ElementsAre("CVE-2023-9"));
  EXPECT_THAT(advisory.upstream, ElementsAre("CVE-2024-3"));
  EXPECT_EQ(advisory.published, base::parse_time("2024-05-01T10:20:30Z"));
  EXPECT_EQ(advisory.modified, base::parse_time("2024-05-02"));
  EXPECT_EQ(advisory.summary, "First line");
  EXPECT_THAT(advisory.rating.vectors, ElementsAre("CVSS:4.0/AV:N", "CVSS:3.1/AV:N"));
  EXPECT_EQ(advisory.rating.word, Severity::medium);
  EXPECT_FALSE(advisory.withdrawn);
  EXPECT_THAT(advisory.affected, IsEmpty());
}

TEST(Osv, YearOneIsNoDate) {
  EXPECT_EQ(parse(R"({"id":"GO-1","modified":"0001-01-01T00:00:00Z"})").modified, std::nullopt);
}

TEST(Osv, WithdrawnRecordsSaySo) {
  EXPECT_TRUE(parse(R"({"id":"GO-1","withdrawn":"2024-08-21T16:25:56Z"})").withdrawn);
}

TEST(Osv, EventsOfOneObjectOrOfSeveral) {
  const auto advisory = parse(record(
      R"({"package":{"ecosystem":"npm","name":"a"},"ranges":[
           {"type":"SEMVER","events":[{"fixed":"2.0.0"},{"introduced":"1.0.0"}]},
           {"type":"ECOSYSTEM","events":[{"introduced":"3.0.0","last_affected":"3.1.0"},{"limit":"4.0.0"}]}]})"));
  ASSERT_THAT(advisory.affected, SizeIs(1));
  EXPECT_THAT(advisory.affected[0].ranges,
              ElementsAre(ElementsAre(VersionEvent{VersionEvent::Kind::fixed, "2.0.0"},
                                      VersionEvent{VersionEvent::Kind::introduced, "1.0.0"}),
                          ElementsAre(VersionEvent{VersionEvent::Kind::introduced, "3.0.0"},
                                      VersionEvent{VersionEvent::Kind::last_affected, "3.1.0"},
                                      VersionEvent{VersionEvent::Kind::limit, "4.0.0"})));
}

TEST(Osv, GitRangesSayNothingOfPackages) {
  const auto advisory = parse(record(
      R"({"package":{"ecosystem":"PyPI","name":"a"},"versions":["1.0","1.1"],
          "ranges":[{"type":"GIT","repo":"https://example.org","events":[{"introduced":"0"}]}]})"));
  ASSERT_THAT(advisory.affected, SizeIs(1));
  EXPECT_THAT(advisory.affected[0].ranges, IsEmpty());
  EXPECT_THAT(advisory.affected[0].versions, ElementsAre("1.0", "1.1"));
}

TEST(Osv, OtherEcosystemsAreCountedByName) {
  const auto advisory = parse(record(
      R"({"package":{"ecosystem":"OSS-Fuzz","name":"a"}},{"package":{"ecosystem":"Go","name":"b"}},{"ranges":[]})"));
  EXPECT_THAT(advisory.skipped, ElementsAre("OSS-Fuzz", ""));
  ASSERT_THAT(advisory.affected, SizeIs(1));
  EXPECT_EQ(advisory.affected[0].name, "b");
}

TEST(Osv, GoKnowsBetterRangesForTagsThatItsOrderCannotHold) {
  const std::string custom =
      R"("ecosystem_specific":{"custom_ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"5.0.4"}]}]})";
  const auto everything = parse(record(
      R"({"package":{"ecosystem":"Go","name":"a"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],)" +
      custom + "}"));
  EXPECT_THAT(everything.affected.at(0).ranges, ElementsAre(SizeIs(2)));
  const auto precise = parse(record(
      R"({"package":{"ecosystem":"Go","name":"a"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.0"},{"introduced":"2.0.0"}]}],)" +
      custom + "}"));
  EXPECT_THAT(precise.affected.at(0).ranges, ElementsAre(SizeIs(3)));
}

struct Urgency {
  const char* specific;
  FixState unfixed;
  bool unimportant;
  Severity word;
};

TEST(Osv, DebianSaysWhetherItWillFix) {
  const Urgency cases[] = {
      {R"({"urgency":"not yet assigned"})", FixState::affected, false, Severity::unknown},
      {R"({"urgency":"high"})", FixState::affected, false, Severity::high},
      {R"({"urgency":"unimportant"})", FixState::will_not_fix, true, Severity::unknown},
      {R"({"urgency":"end-of-life"})", FixState::end_of_life, false, Severity::unknown},
      {R"({"urgency":"low","nodsa":"Minor issue"})", FixState::will_not_fix, false, Severity::low},
      {R"({"nodsa":"Minor issue","nodsa_reason":"ignored"})", FixState::will_not_fix, false, Severity::unknown},
      {R"({"nodsa":"Minor issue","nodsa_reason":"postponed"})", FixState::affected, false, Severity::unknown},
  };
  for (const Urgency& each : cases) {
    const auto advisory =
        parse(record(std::string(R"({"package":{"ecosystem":"Debian:12","name":"a"},"ecosystem_specific":)") +
                     each.specific + "}"));
    ASSERT_THAT(advisory.affected, SizeIs(1));
    EXPECT_EQ(advisory.affected[0].unfixed, each.unfixed) << each.specific;
    EXPECT_EQ(advisory.affected[0].unimportant, each.unimportant) << each.specific;
    EXPECT_EQ(advisory.affected[0].rating.word, each.word) << each.specific;
  }
}

TEST(Osv, SeverityThatIsAWordAndSeverityOfOnePackage) {
  const auto advisory = parse(R"({"id":"UBUNTU-CVE-2024-1","severity":[{"type":"Ubuntu","score":"medium"}],
    "affected":[{"package":{"ecosystem":"npm","name":"a"},"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:L"}]}]})");
  EXPECT_EQ(advisory.rating.word, Severity::medium);
  EXPECT_THAT(advisory.affected.at(0).rating.vectors, ElementsAre("CVSS:3.1/AV:L"));
}

TEST(Osv, WhatIsNoRecord) {
  EXPECT_THAT(error_of("{}"), HasSubstr("no id"));
  EXPECT_THAT(error_of("[]"), HasSubstr("no id"));
  EXPECT_THAT(error_of(R"({"id":7})"), HasSubstr("no id"));
  EXPECT_NE(error_of(R"({"id":"X-1")"), "no error");
}

TEST(Osv, MembersOfTheWrongKindAreAsIfTheyWereNotThere) {
  const auto advisory =
      parse(R"({"id":"X-1","aliases":"CVE-1","affected":[7,{"package":"a"},{"package":{"ecosystem":"npm"}}],
    "severity":{},"published":12,"withdrawn":null})");
  EXPECT_THAT(advisory.aliases, IsEmpty());
  EXPECT_THAT(advisory.affected, IsEmpty());
  EXPECT_FALSE(advisory.withdrawn);
}

TEST(Osv, LimitsAreNamed) {
  const std::string longer(OsvLimits::text_bytes + 1, 'x');
  EXPECT_THAT(error_of(R"({"id":")" + longer + R"("})"), HasSubstr("id: longer than 1024"));
  EXPECT_THAT(error_of(record(R"({"package":{"ecosystem":"npm","name":")" + longer + R"("}})")),
              HasSubstr("X-1: package name: longer"));

  std::string names = R"("A-0")";
  for (std::size_t i = 1; i <= OsvLimits::names; ++i) names += R"(,"A-1")";
  EXPECT_THAT(error_of(R"({"id":"X-1","aliases":[)" + names + "]}"), HasSubstr("aliases: more than 2000"));

  std::string packages = "{}";
  for (std::size_t i = 1; i <= OsvLimits::affected; ++i) packages += ",{}";
  EXPECT_THAT(error_of(record(packages)), HasSubstr("affected: more than 20000"));

  std::string events = R"({"fixed":"1"})";
  for (std::size_t i = 1; i <= OsvLimits::events; ++i) events += R"(,{"fixed":"1"})";
  EXPECT_THAT(error_of(record(R"({"package":{"ecosystem":"npm","name":"a"},"ranges":[{"type":"SEMVER","events":[)" +
                              events + "]}]}")),
              HasSubstr("events: more than 100000"));

  std::string versions = R"("1")";
  for (std::size_t i = 1; i <= OsvLimits::versions; ++i) versions += R"(,"1")";
  EXPECT_THAT(error_of(record(R"({"package":{"ecosystem":"npm","name":"a"},"versions":[)" + versions + "]}")),
              HasSubstr("versions: more than 200000"));
}

TEST(Osv, ALongSummaryIsCutBetweenCharacters) {
  std::string summary = "x";
  while (summary.size() <= OsvLimits::summary_bytes) summary += "é";
  const auto advisory = parse(R"({"id":"X-1","summary":")" + summary + R"("})");
  EXPECT_EQ(advisory.summary.size(), OsvLimits::summary_bytes - 1);
  EXPECT_TRUE(advisory.summary.ends_with("é"));
}

}  // namespace
}  // namespace doorman::parse::advisory

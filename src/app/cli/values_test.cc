// SPDX-License-Identifier: Apache-2.0
#include "app/cli/values.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>

namespace doorman::app::cli {
namespace {

using model::Severity;

std::set<Severity> shown(std::string_view text) {
  std::set<Severity> severities;
  const auto filter = parse_severity_filter(text);
  if (!filter.ok()) return severities;
  for (const auto severity :
       {Severity::unknown, Severity::none, Severity::low, Severity::medium, Severity::high, Severity::critical}) {
    if (filter.value().shows(severity)) severities.insert(severity);
  }
  return severities;
}

template <typename T>
std::string message(const base::Result<T>& result) {
  return result.ok() ? "" : result.error().message();
}

TEST(SeverityFilter, AListIsAList) {
  EXPECT_EQ(shown("HIGH,CRITICAL"), (std::set{Severity::high, Severity::critical}));
  EXPECT_EQ(shown("low , unknown"), (std::set{Severity::low, Severity::unknown}));
  EXPECT_EQ(shown("high"), (std::set{Severity::high}));
}

TEST(SeverityFilter, PlusMeansAndAbove) {
  EXPECT_EQ(shown("high+"), (std::set{Severity::high, Severity::critical}));
  EXPECT_EQ(shown("unknown,Medium+"),
            (std::set{Severity::unknown, Severity::medium, Severity::high, Severity::critical}));
  EXPECT_EQ(shown("unknown+").size(), 6U);
  EXPECT_EQ(shown("all").size(), 6U);
}

TEST(SeverityFilter, RefusesWhatIsNoSeverity) {
  EXPECT_EQ(message(parse_severity_filter("hgih")),
            "`hgih` is no severity (critical, high, medium, low, none, unknown); did you mean high?");
  for (const auto* text : {"", ",", "high,", "+", "high++", "high+,all"}) {
    EXPECT_FALSE(parse_severity_filter(text).ok()) << text;
  }
}

TEST(FailOn, AnyIsTheLowest) {
  EXPECT_EQ(parse_fail_on("any").value(), Severity::unknown);
  EXPECT_EQ(parse_fail_on("Critical").value(), Severity::critical);
  EXPECT_FALSE(parse_fail_on("high+").ok());
}

TEST(Output, TakesAFormatBeforeTheFile) {
  const auto output = parse_output("sarif=out/a=b.json").value();
  EXPECT_EQ(output.format, ReportFormat::sarif);
  EXPECT_EQ(output.file, "out/a=b.json");
}

TEST(Output, AFileWithASlashMayHoldAnEqualsSign) {
  const auto output = parse_output("./x=y").value();
  EXPECT_FALSE(output.format);
  EXPECT_EQ(output.file, "./x=y");
}

TEST(Output, RefusesUnknownFormatsAndEmptyNames) {
  EXPECT_EQ(message(parse_output("cyclondx=a")),
            "`cyclondx` is no format (table, json, cyclonedx, spdx, sarif); did you mean cyclonedx?");
  EXPECT_FALSE(parse_output("").ok());
  EXPECT_FALSE(parse_output("json=").ok());
  EXPECT_FALSE(parse_output(std::string_view("a\0b", 3)).ok());
}

std::vector<Destination> plan(std::optional<ReportFormat> format, std::initializer_list<std::string_view> texts) {
  std::vector<OutputRequest> requests;
  for (const auto text : texts) requests.push_back(parse_output(text).value());
  return plan_outputs(format, requests).value();
}

TEST(PlanOutputs, WithoutAnyTheReportGoesToStandardOutput) {
  EXPECT_EQ(plan(std::nullopt, {}), (std::vector<Destination>{{ReportFormat::table, "-"}}));
  EXPECT_EQ(plan(ReportFormat::spdx, {}), (std::vector<Destination>{{ReportFormat::spdx, "-"}}));
}

TEST(PlanOutputs, TheNameTellsTheFormatUnlessItIsGiven) {
  const std::vector<Destination> by_name = {{ReportFormat::cyclonedx, "a.cdx.json"},
                                            {ReportFormat::spdx, "a.SPDX.json"},
                                            {ReportFormat::sarif, "a.sarif"},
                                            {ReportFormat::json, "a.json"},
                                            {ReportFormat::table, "a.txt"}};
  EXPECT_EQ(plan(std::nullopt, {"a.cdx.json", "a.SPDX.json", "a.sarif", "a.json", "a.txt"}), by_name);
  EXPECT_EQ(plan(ReportFormat::json, {"a.sarif", "table=-"}),
            (std::vector<Destination>{{ReportFormat::json, "a.sarif"}, {ReportFormat::table, "-"}}));
}

TEST(PlanOutputs, RefusesTwoReportsInOneFile) {
  const std::vector<OutputRequest> twice = {{ReportFormat::json, "a"}, {ReportFormat::sarif, "a"}};
  EXPECT_EQ(message(plan_outputs(std::nullopt, twice)), "--output names a twice");
}

TEST(Platform, IsSlashSeparated) {
  EXPECT_EQ(parse_platform("linux/arm/v7").value(), (model::Platform{"linux", "arm", "v7"}));
  EXPECT_EQ(parse_platform("linux/amd64").value(), (model::Platform{"linux", "amd64", ""}));
  EXPECT_EQ(parse_platform("arm64").value(), (model::Platform{"linux", "arm64", ""}));
  for (const auto* text : {"", "/", "linux/", "a/b/c/d"}) EXPECT_FALSE(parse_platform(text).ok()) << text;
}

TEST(Count, StaysWithinItsLimits) {
  EXPECT_EQ((parse_count<1, 256>("256").value()), 256U);
  EXPECT_EQ(message(parse_count<1, 256>("257")), "`257` is no number from 1 to 256");
  for (const auto* text : {"0", "", "-1", "1x", " 1", "99999999999999999999999"}) {
    EXPECT_FALSE((parse_count<1, 256>(text).ok())) << text;
  }
}

TEST(Truth, HasItsUsualWords) {
  for (const auto* text : {"1", "true", "YES", "on"}) EXPECT_TRUE(parse_truth(text).value()) << text;
  for (const auto* text : {"0", "false", "No", "off"}) EXPECT_FALSE(parse_truth(text).value()) << text;
  EXPECT_FALSE(parse_truth("").ok());
}

TEST(Moment, IsADateOrATime) {
  EXPECT_EQ(parse_moment("1970-01-02").value().time_since_epoch().count(), 86400);
  EXPECT_FALSE(parse_moment("tomorrow").ok());
}

TEST(PastMoment, IsAMomentOrASpanOfTime) {
  const base::Time now = *base::parse_time("2024-05-02T00:00:00Z");
  EXPECT_EQ(parse_past_moment("90s")->from(now), now - std::chrono::seconds(90));
  EXPECT_EQ(parse_past_moment("10m")->from(now), now - std::chrono::minutes(10));
  EXPECT_EQ(parse_past_moment("2h")->from(now), now - std::chrono::hours(2));
  EXPECT_EQ(parse_past_moment("3d")->from(now), now - std::chrono::hours(72));
  EXPECT_EQ(parse_past_moment("2024-05-01")->from(now), now - std::chrono::hours(24));
  EXPECT_EQ(parse_past_moment("2024-05-01T12:00:00Z")->from(now), now - std::chrono::hours(12));
  for (const std::string_view wrong : {"", "m", "-1m", "1.5h", "10", "36501d", "99999999999999999999s", "1w"}) {
    EXPECT_FALSE(parse_past_moment(wrong).ok()) << wrong;
  }
}

TEST(Kinds, AreAListOfWords) {
  const auto some = parse_kinds("exec, alert");
  ASSERT_TRUE(some.ok());
  EXPECT_TRUE(some->has(model::EventRecord::Kind::exec));
  EXPECT_TRUE(some->has(model::EventRecord::Kind::alert));
  EXPECT_FALSE(some->has(model::EventRecord::Kind::call));
  EXPECT_FALSE(parse_kinds("").ok());
  EXPECT_FALSE(parse_kinds("exec,").ok());
  EXPECT_EQ(kind_names.back(), "admission") << "which is no record's";
  for (std::size_t i = 0; i + 1 < kind_names.size(); ++i) {
    EXPECT_EQ(model::to_text(static_cast<model::EventRecord::Kind>(i)), kind_names.at(i));
  }
}

}  // namespace
}  // namespace doorman::app::cli

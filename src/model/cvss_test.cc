// SPDX-License-Identifier: Apache-2.0
#include "model/cvss.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/inflate.h"
#include "base/text.h"
#include "golden.h"

namespace doorman::model {
namespace {

struct Rated {
  const char* vector;
  double score;
  Severity severity;
};

void expect_rated(const Rated& rated) {
  const auto got = parse_cvss(rated.vector);
  ASSERT_TRUE(got.has_value()) << rated.vector;
  EXPECT_EQ(*got, (CvssRating{rated.score, rated.severity})) << rated.vector;
}

TEST(Cvss2, RatesTheGuidesExamples) {
  for (const Rated& each : {
           Rated{"AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, Severity::high},    // CVE-2002-0392
           Rated{"AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0, Severity::high},   // CVE-2003-0818
           Rated{"AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2, Severity::medium},  // CVE-2003-0062
           Rated{"(AV:N/AC:L/Au:N/C:P/I:P/A:P)", 7.5, Severity::high},
           Rated{"CVSS:2.0/AV:N/AC:M/Au:N/C:N/I:P/A:N/E:F/RL:OF/RC:C", 4.3, Severity::medium},
           Rated{"AV:L/AC:H/Au:M/C:N/I:N/A:N", 0.0, Severity::none},
       }) {
    expect_rated(each);
  }
}

TEST(Cvss3, RatesTheExamplesDocument) {
  for (const Rated& each : {
           Rated{"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, Severity::medium},    // CVE-2013-1937
           Rated{"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4, Severity::medium},    // CVE-2013-0375
           Rated{"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1, Severity::low},       // CVE-2014-3566
           Rated{"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, Severity::critical},  // CVE-2012-1516
           Rated{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5, Severity::high},      // CVE-2014-0160
           Rated{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, Severity::critical},  // CVE-2014-6271
           Rated{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0, Severity::critical},
           Rated{"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8, Severity::medium},
       }) {
    expect_rated(each);
  }
}

TEST(Cvss3, BaseScoreIgnoresTimeAndEnvironment) {
  expect_rated(
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U/CR:L/MAV:P/MC:N", 9.8, Severity::critical});
  expect_rated({"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N/E:H", 0.0, Severity::none});
}

TEST(Cvss3, MetricsMayStandInAnyOrder) {
  expect_rated({"CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N", 9.8, Severity::critical});
}

TEST(Cvss4, RatesBaseVectors) {
  for (const Rated& each : {
           Rated{"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3, Severity::high},
           Rated{"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.7, Severity::high},
           Rated{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1, Severity::medium},
           Rated{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", 8.8, Severity::high},
           Rated{"CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", 7.2, Severity::high},
           Rated{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0, Severity::critical},
           Rated{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0, Severity::none},
       }) {
    expect_rated(each);
  }
}

TEST(Cvss4, ThreatAndEnvironmentMoveTheScore) {
  expect_rated({"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 5.2, Severity::medium});
  expect_rated({"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A/CR:L", 7.9, Severity::high});
  expect_rated({"CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/MSI:S", 5.9, Severity::medium});
  expect_rated({"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/S:P/AU:Y/R:A/V:D/RE:L/U:Green",
                7.3, Severity::high});
}

TEST(Cvss, RefusesWhatIsNoVector) {
  const std::string base = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  ASSERT_TRUE(parse_cvss(base).has_value());
  EXPECT_FALSE(parse_cvss("").has_value());
  EXPECT_FALSE(parse_cvss("CVSS:3.1/").has_value());
  EXPECT_FALSE(parse_cvss("CVSS:3.2" + base.substr(8)).has_value());
  EXPECT_FALSE(parse_cvss(base.substr(0, base.size() - 4)).has_value()) << "a metric is missing";
  EXPECT_FALSE(parse_cvss(base + "/AV:N").has_value()) << "a metric stands twice";
  EXPECT_FALSE(parse_cvss(base + "/XX:N").has_value()) << "no such metric";
  EXPECT_FALSE(parse_cvss(base + "/E:Q").has_value()) << "no such value";
  EXPECT_FALSE(parse_cvss(base + "/E:").has_value());
  EXPECT_FALSE(parse_cvss(base + "/E").has_value());
  EXPECT_FALSE(parse_cvss(base + "//E:H").has_value());
  EXPECT_FALSE(parse_cvss(base + "/E:X H").has_value());
  EXPECT_FALSE(parse_cvss("CVSS:4.0" + base.substr(8)).has_value()) << "metrics of another version";
  EXPECT_FALSE(parse_cvss("(AV:N/AC:L/Au:N/C:P/I:P/A:P").has_value());
}

std::string unpack(const std::string& packed) {
  const auto decompressor = base::Decompressor::make(base::Compression::zstd);
  std::string plain;
  std::vector<char> buffer(1U << 20U);
  std::string_view rest = packed;
  for (;;) {
    const auto step = decompressor->step(rest, buffer);
    if (!step.ok() || (step->produced == 0 && rest.empty())) return plain;
    rest.remove_prefix(step->consumed);
    plain.append(buffer.data(), step->produced);
  }
}

TEST(Cvss, RatesEveryVectorOfARealCollection) {
  DOORMAN_NEED_FIXTURES(fixtures);
  const std::string table = unpack(tests::slurp(fixtures / "advisories/vc/vc_vulns.tsv.zst"));
  std::string_view rest = table;
  std::string_view line;
  std::size_t vectors = 0;
  while (base::next_line(rest, line)) {
    const std::vector<std::string_view> columns = base::split(line, '\t');
    ASSERT_GE(columns.size(), 3U) << line;
    const std::string_view vector = columns[2];
    if (vector.empty()) continue;
    ++vectors;
    const auto rated = parse_cvss(vector);
    ASSERT_TRUE(rated.has_value()) << vector;
    EXPECT_GE(rated->score, 0.0) << vector;
    EXPECT_LE(rated->score, 10.0) << vector;
    EXPECT_EQ(rated->severity == Severity::none, rated->score == 0.0) << vector;
  }
  EXPECT_GT(vectors, 60000U);
}

}  // namespace
}  // namespace doorman::model

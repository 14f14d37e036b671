// SPDX-License-Identifier: Apache-2.0
// Every case of tests/data/report/ is a report in our own form; the other forms of it are golden files beside it.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "golden.h"
#include "report_reader.h"
#include "sink/all.h"
#include "sink/cyclonedx.h"
#include "sink/spdx.h"
#include "sink/table.h"

namespace doorman::sink {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> cases() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(tests::data_dir("report"))) folders.push_back(entry.path());
  std::ranges::sort(folders);
  return folders;
}

class ReportCase : public testing::TestWithParam<fs::path> {
 protected:
  void SetUp() override { reports_ = tests::ReportReader::read(tests::slurp(GetParam() / "report.json")); }

  void expect(const std::string& file, std::string_view format, const Options& options) const {
    const auto got = render(*find_format(format), reports_, options);
    ASSERT_TRUE(got.ok()) << got.error().message();
    tests::expect_golden(GetParam() / file, *got);
  }

  std::vector<model::Report> reports_;
};

TEST_P(ReportCase, OwnFormHoldsEverything) { expect("report.json", "json", {}); }
TEST_P(ReportCase, Table) { expect("want.txt", "table", {}); }
TEST_P(ReportCase, NarrowAsciiTable) {
  expect("want.narrow.txt", "table", {.width = 64, .utf8 = false, .all = true});
}
TEST_P(ReportCase, WideColouredTable) {
  expect("want.colour.txt", "table", {.width = 140, .colour = true, .wide = true});
}
TEST_P(ReportCase, Sarif) { expect("want.sarif", "sarif", {}); }

TEST_P(ReportCase, CycloneDx) {
  if (reports_.size() == 1) return expect("want.cdx.json", "cyclonedx", {});
  EXPECT_EQ(to_cyclonedx(reports_, {}).error().code(), base::ErrorCode::usage);
}

TEST_P(ReportCase, Spdx) {
  if (reports_.size() == 1) return expect("want.spdx.json", "spdx", {.all = true});
  EXPECT_EQ(to_spdx(reports_, {}).error().code(), base::ErrorCode::usage);
}

TEST_P(ReportCase, TablesKeepTheirWidthAndSendNoControls) {
  for (const std::size_t width : {1U, 40U, 57U, 80U, 200U}) {
    const std::string text = *to_table(reports_, {.width = width, .utf8 = false});
    for (const std::string_view line : base::split(text, '\n')) {
      EXPECT_LE(line.size(), std::max<std::size_t>(width, 40)) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
  }
}

INSTANTIATE_TEST_SUITE_P(All, ReportCase, testing::ValuesIn(cases()),
                         [](const auto& each) { return each.param.filename().string(); });

TEST(Formats, BytesThatAreNoUtf8StayOutOfEveryFormat) {
  const std::string bad = "\xff\xc3(\xed\xa0\x80";
  model::Inventory inventory(model::Subject::image(base::digest_of("x")));
  inventory.target = bad;
  inventory.identity = model::ImageIdentity{base::digest_of("x"), base::digest_of("y"), {}, {bad}};
  inventory.distribution = model::Distribution{bad, bad, bad, bad};
  inventory.notes = {{bad, bad}};
  model::FoundPackage found;
  found.package.name = found.package.version = bad;
  found.package.licenses = {bad};
  found.purl = "pkg:npm/" + bad;
  found.paths = {bad};
  inventory.packages = {found};
  model::Vulnerability flaw;
  flaw.id = flaw.summary = flaw.cvss = bad;
  flaw.aliases = {bad};
  model::Finding finding(inventory.subject, 0, flaw);
  finding.fixed_version = finding.upgrade_to = finding.source = bad;
  const model::Report report{.inventory = inventory,
                             .findings = {finding},
                             .hidden = 0,
                             .database = {.date = {}, .built_in = false, .sources = {{bad, bad, 1, {}}}},
                             .created = {},
                             .tool_version = bad,
                             .verdict = {}};
  for (const Format& format : all_formats()) {
    const std::string text = *render(format, {&report, 1}, {});
    for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(base::utf8_length(rest))) {
      ASSERT_NE(base::utf8_length(rest), 0U) << format.name;
    }
    EXPECT_TRUE(format.name == "table" || base::JsonDocument::parse(text).ok()) << format.name;
  }
}

}  // namespace
}  // namespace doorman::sink

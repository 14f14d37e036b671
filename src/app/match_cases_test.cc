// SPDX-License-Identifier: Apache-2.0
// Each folder of tests/data/advisory is one case: `advisories/` as a user would give it to `db build`, the packages
// of an image in `packages.tsv`, and the findings in `want.json`.
//
// A line of packages.tsv is `distribution <id> <version>`, or a package: type, name, version, and where they differ
// source name and source version; columns between tabs.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "app/compile_advisories.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "derive/match.h"
#include "golden.h"

namespace doorman::app {
namespace {

namespace fs = std::filesystem;
using model::PackageType;

PackageType type_of(std::string_view text) {
  for (const auto type : {PackageType::deb, PackageType::apk, PackageType::npm, PackageType::pypi,
                          PackageType::golang, PackageType::maven, PackageType::gem}) {
    if (model::to_text(type) == text) return type;
  }
  ADD_FAILURE() << "unknown type " << text;
  return PackageType::generic;
}

model::Inventory read_packages(const std::string& text) {
  model::Inventory inventory(model::Subject::root(base::digest_of(text)));
  std::string_view rest = text;
  std::string_view line;
  while (base::next_line(rest, line)) {
    if (line.empty() || line[0] == '#') continue;
    auto columns = base::split(line, '\t');
    columns.resize(5);
    if (columns[0] == "distribution") {
      inventory.distribution =
          model::Distribution{std::string(columns[1]), std::string(columns[2]), std::string(columns[3]), ""};
      continue;
    }
    model::FoundPackage found;
    found.package.type = type_of(columns[0]);
    found.package.name = columns[1];
    found.package.version = columns[2];
    found.package.source_name = columns[3];
    found.package.source_version = columns[4];
    inventory.packages.push_back(std::move(found));
  }
  return inventory;
}

std::string told(const model::Inventory& inventory, const std::vector<model::Finding>& findings) {
  base::JsonWriter json;
  json.begin_array();
  for (const model::Finding& finding : findings) {
    const model::Package& package = inventory.packages[finding.package].package;
    const model::Vulnerability& flaw = finding.vulnerability;
    json.begin_object();
    json.member("package", package.name + " " + package.version);
    json.member("id", flaw.id);
    json.member_if("aliases", base::join(flaw.aliases, " "));
    json.member("severity", model::to_text(flaw.severity));
    json.member_if("cvss", flaw.cvss);
    if (flaw.known_exploited) json.member("known exploited", true);
    json.member("fix", model::to_text(finding.fix));
    json.member_if("fixed version", finding.fixed_version);
    json.member_if("upgrade to", finding.upgrade_to);
    json.member("source", finding.source);
    json.end_object();
  }
  json.end_array();
  return json.take();
}

class MatchCases : public testing::TestWithParam<std::string> {};

TEST_P(MatchCases, Findings) {
  const fs::path folder = tests::data_dir("advisory") / GetParam();
  const auto compiled = compile_advisories((folder / "advisories").string(), true);
  ASSERT_TRUE(compiled.ok()) << compiled.error().message();
  for (const model::Note& note : compiled->summary.notes) ADD_FAILURE() << note.place << ": " << note.message;
  const auto database = derive::AdvisoryDb::open(compiled->file);
  ASSERT_TRUE(database.ok() && database->verify().ok());
  const model::Inventory inventory = read_packages(tests::slurp(folder / "packages.tsv"));
  tests::expect_golden(folder / "want.json", told(inventory, derive::match(inventory, *database)));
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(tests::data_dir("advisory")))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Data, MatchCases, testing::ValuesIn(cases()),
                         [](const auto& named) { return named.param; });

}  // namespace
}  // namespace doorman::app

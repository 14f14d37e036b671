// SPDX-License-Identifier: Apache-2.0
#include "parse/package/language.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/text.h"
#include "golden.h"
#include "parse/package/matcher.h"

namespace doorman::parse::package {
namespace {

namespace fs = std::filesystem;

struct TestFile {
  std::string_view path, content;
};

/// The files of a txtar archive: each begins with a line `-- path --`.
std::vector<TestFile> files_of(std::string_view archive) {
  std::vector<TestFile> files;
  std::string_view rest = archive;
  std::string_view line;
  std::size_t start = 0;
  while (base::next_line(rest, line)) {
    const std::size_t end = archive.size() - rest.size();
    if (line.starts_with("-- ") && line.ends_with(" --")) {
      files.push_back({line.substr(3, line.size() - 6), {}});
      start = end;
    } else if (!files.empty()) {
      files.back().content = archive.substr(start, end - start);
    }
  }
  return files;
}

void write_package(base::JsonWriter& json, const model::Package& package) {
  json.begin_object();
  json.member("type", model::to_text(package.type));
  json.member("name", package.name);
  json.member("version", package.version);
  json.member("evidence", model::to_text(package.evidence));
  if (package.development) json.member("development", true);
  if (!package.licenses.empty()) {
    json.begin_array("licenses");
    for (const std::string& license : package.licenses) json.value(license);
    json.end_array();
  }
  json.end_object();
}

/// What all parsers together tell of a file.
void write_facts(base::JsonWriter& json, const TestFile& file) {
  const Matcher& matcher = Matcher::shared();
  const Matcher::Mask mask = matcher.by_path(file.path);
  model::FileFacts facts;
  facts.path = file.path;
  std::vector<std::string> errors;
  for (std::size_t i = 0; i < matcher.parsers().size(); ++i) {
    if ((mask >> i & 1U) == 0) continue;
    const auto status = matcher.parsers()[i]->parse({file.path, file.content}, facts);
    if (!status.ok()) errors.push_back(status.error().message());
  }
  json.begin_object(file.path);
  json.begin_array("packages");
  for (const model::Package& package : facts.packages) write_package(json, package);
  json.end_array();
  for (const model::Note& note : facts.notes) json.member("note", note.place + ": " + note.message);
  for (const std::string& error : errors) json.member("error", error);
  json.end_object();
}

class LanguageCases : public testing::TestWithParam<std::string> {};

TEST_P(LanguageCases, GiveTheFactsOfTheGoldenFile) {
  const fs::path folder = tests::data_dir("language") / GetParam();
  const std::string archive = tests::slurp(folder / "input.txtar");
  const auto files = files_of(archive);
  ASSERT_FALSE(files.empty());
  base::JsonWriter json;
  json.begin_object();
  for (const TestFile& file : files) write_facts(json, file);
  json.end_object();
  tests::expect_golden(folder / "want.json", json.take());
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(tests::data_dir("language"))) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, LanguageCases, testing::ValuesIn(case_names()),
                         [](const auto& one) { return one.param; });

TEST(Language, TokensAreShortPrintableWords) {
  EXPECT_TRUE(is_token("@babel/core"));
  EXPECT_TRUE(is_token(std::string(max_text_bytes, 'a')));
  EXPECT_FALSE(is_token(std::string(max_text_bytes + 1, 'a')));
  EXPECT_FALSE(is_token(""));
  EXPECT_FALSE(is_token("two words"));
  EXPECT_FALSE(is_token("bell\a"));
  EXPECT_FALSE(is_token("\xff"));
}

TEST(Language, FoldersAreWholeComponentsAboveTheFile) {
  EXPECT_TRUE(has_folder("a/node_modules/b", "node_modules"));
  EXPECT_TRUE(has_folder("node_modules/b", "node_modules"));
  EXPECT_TRUE(has_folder("root/go/pkg/mod/x/go.mod", "pkg/mod"));
  EXPECT_FALSE(has_folder("a/node_modules", "node_modules"));
  EXPECT_FALSE(has_folder("a/my_node_modules/b", "node_modules"));
  EXPECT_FALSE(has_folder("a/node_modules2/b", "node_modules"));
}

TEST(Language, KeepsNoMoreThanTheLimitAndSaysSo) {
  DeclaredPackages declared(model::PackageType::npm);
  for (std::size_t i = 0; i < DeclaredPackages::max_packages + 3; ++i) declared.add("p" + std::to_string(i), "1");
  declared.add("p0", "1");
  model::FileFacts facts;
  std::move(declared).finish({"yarn.lock", {}}, facts);
  EXPECT_EQ(facts.packages.size(), DeclaredPackages::max_packages);
  ASSERT_EQ(facts.notes.size(), 1U);
  EXPECT_EQ(facts.notes[0].message, "more than 100000 packages: 3 entries are left out");
}

TEST(Language, AGraphThatIsTooLargeOrHasNoRootCallsNothingDevelopment) {
  DependencyGraph rootless;
  rootless.add_edge(rootless.vertex("a"), rootless.vertex("b"));
  rootless.follow();
  EXPECT_TRUE(rootless.reached("b"));

  DependencyGraph cyclic;
  cyclic.add_root(cyclic.vertex("a"));
  cyclic.add_edge(cyclic.vertex("a"), cyclic.vertex("b"));
  cyclic.add_edge(cyclic.vertex("b"), cyclic.vertex("a"));
  cyclic.add_edge(cyclic.vertex("c"), cyclic.vertex("a"));
  cyclic.follow();
  EXPECT_TRUE(cyclic.reached("b"));
  EXPECT_FALSE(cyclic.reached("c"));
  EXPECT_FALSE(cyclic.reached("d"));

  DependencyGraph huge;
  const auto root = huge.vertex("a");
  huge.add_root(root);
  for (std::size_t i = 0; i <= DependencyGraph::max_edges; ++i) huge.add_edge(root, root);
  huge.follow();
  EXPECT_TRUE(huge.reached("c"));
}

}  // namespace
}  // namespace doorman::parse::package

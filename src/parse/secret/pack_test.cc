// SPDX-License-Identifier: Apache-2.0
// The rules of policies/secrets by their own cases.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "base/yaml.h"
#include "files.h"
#include "parse/secret/scanner.h"

namespace doorman::parse::secret {
namespace {

namespace fs = std::filesystem;

fs::path pack() { return fs::path(DOORMAN_TEST_DATA) / "../../policies/secrets"; }

/// Name and text of the *.yaml files of a folder, by name.
std::map<std::string, std::string> texts_in(const fs::path& folder) {
  std::map<std::string, std::string> texts;
  for (const auto& entry : fs::directory_iterator(folder)) {
    texts[entry.path().filename()] = tests::slurp(entry.path());
  }
  return texts;
}

SecretRules rules_of(const std::map<std::string, std::string>& texts) {
  std::vector<RuleText> all;
  for (const auto& [name, text] : texts) all.push_back({name, text});
  auto rules = SecretRules::parse(all);
  EXPECT_TRUE(rules.ok()) << rules.error().message();
  return std::move(rules).value();
}

std::string joined(base::YamlValue parts) {
  std::string text;
  for (const base::YamlValue& part : parts.items()) text += part.text_or("");
  return text;
}

struct Case {
  std::string rule, path, text, place;
  bool finds = false;
  std::optional<bool> checked;
};

Case read_case(base::YamlValue item, const std::string& file) {
  Case one;
  one.finds = item["finds"].exists();
  one.rule = item[one.finds ? "finds" : "passes"].text_or("");
  one.path = item["path"].text_or("srv/notes.txt");
  one.text = joined(item["text"]);
  one.place = file + ":" + std::to_string(item.line()) + ": " + one.rule;
  if (item["checked"].exists()) one.checked = item["checked"].boolean();
  return one;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& [name, text] : texts_in(pack() / "cases")) {
    const auto document = base::YamlDocument::parse(text);
    EXPECT_TRUE(document.ok()) << name;
    for (const base::YamlValue& item : document->root()["cases"].items()) cases.push_back(read_case(item, name));
  }
  return cases;
}

std::vector<model::Secret> found_in(SecretScanner& scanner, const Case& one) {
  scanner.begin(one.path, one.text.size());
  EXPECT_TRUE(scanner.feed(one.text).ok()) << one.place;
  auto found = scanner.end();
  EXPECT_TRUE(found.ok() && found->complete) << one.place;
  return std::move(found)->secrets;
}

TEST(SecretPack, EveryExpressionCompiles) {
  const auto checked = rules_of(texts_in(pack() / "rules")).check();
  EXPECT_TRUE(checked.ok()) << checked.error().message();
}

TEST(SecretPack, EveryCaseHolds) {
  const SecretRules rules = rules_of(texts_in(pack() / "rules"));
  auto scanner = SecretScanner::make(rules);
  ASSERT_TRUE(scanner.ok());
  for (const Case& one : all_cases()) {
    std::size_t hits = 0;
    for (const model::Secret& secret : found_in(*scanner, one)) {
      if (secret.rule != one.rule) {
        EXPECT_FALSE(one.finds) << one.place << " is told as " << secret.rule;
        continue;
      }
      ++hits;
      EXPECT_EQ(secret.checked, one.checked.value_or(secret.checked)) << one.place;
      EXPECT_GT(one.text.size(), secret.masked.find("…")) << one.place;
    }
    EXPECT_EQ(hits, one.finds ? 1U : 0U) << one.place << ": " << one.text;
  }
}

TEST(SecretPack, EveryRuleHasACaseOfEachKind) {
  std::set<std::string> found;
  std::set<std::string> passed;
  for (const Case& one : all_cases()) (one.finds ? found : passed).insert(one.rule);
  for (const auto& [name, text] : texts_in(pack() / "rules")) {
    const auto document = base::YamlDocument::parse(text);
    ASSERT_TRUE(document.ok()) << name;
    for (const base::YamlValue& rule : document->root()["rules"].items()) {
      const std::string id(rule["id"].text_or(""));
      EXPECT_TRUE(found.contains(id)) << "nothing shows what " << id << " finds";
      EXPECT_TRUE(passed.contains(id)) << "nothing shows what " << id << " passes";
    }
  }
}

}  // namespace
}  // namespace doorman::parse::secret

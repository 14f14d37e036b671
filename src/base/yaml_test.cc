// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <gtest/gtest.h>

#include <string>

#include "repeated.h"

namespace doorman::base {
namespace {

using tests::repeated;

YamlDocument parsed(std::string_view text) {
  auto document = YamlDocument::parse(text);
  EXPECT_TRUE(document.ok()) << (document.ok() ? "" : document.error().message());
  return document.ok() ? std::move(document).value() : YamlDocument::parse("").value();
}

TEST(Yaml, ReadsMappingsSequencesAndScalarsWithTheirPlaces) {
  const YamlDocument document = parsed("- rule: Shell\n  tags: [a, b]\n  output: >\n    one\n    two\n- list: x\n");
  const auto rules = document.root().items();
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0]["rule"].text(), "Shell");
  EXPECT_EQ(rules[0]["tags"].items()[1].text(), "b");
  EXPECT_EQ(rules[0]["tags"].items()[1].line(), 2U);
  EXPECT_EQ(rules[0]["tags"].items()[1].column(), 13U);
  EXPECT_EQ(rules[0]["output"].text(), "one two\n");
  EXPECT_EQ(rules[1].line(), 6U);
  ASSERT_EQ(rules[0].members().size(), 3U);
  EXPECT_EQ(rules[0].members()[1].key.text(), "tags");
  EXPECT_EQ(rules[0].members()[1].key.line(), 2U);
}

TEST(Yaml, WhatIsNotThereIsMissing) {
  const YamlDocument document = parsed("a: {b: c}\n");
  EXPECT_FALSE(document.root()["x"]["y"].exists());
  EXPECT_FALSE(document.root()["a"].text().has_value());
  EXPECT_EQ(document.root()["x"].line(), 0U);
  EXPECT_TRUE(document.root()["a"]["b"].items().empty());
  EXPECT_FALSE(parsed("").root().exists());
  EXPECT_FALSE(parsed({}).root().exists());
}

TEST(Yaml, KeepsTextAsWrittenAndTypesByPlainScalarsOnly) {
  const YamlDocument document =
      parsed("a: 1.10\nb: true\nc: 'true'\nd: -12\ne: ~\nf:\ng: ''\nh: 99999999999999999999\ni: \"12\"\n");
  const YamlValue root = document.root();
  EXPECT_EQ(root["a"].text(), "1.10");
  EXPECT_FALSE(root["a"].integer().has_value());
  EXPECT_EQ(root["b"].boolean(), true);
  EXPECT_FALSE(root["c"].boolean().has_value());
  EXPECT_EQ(root["c"].text(), "true");
  EXPECT_EQ(root["d"].integer(), -12);
  EXPECT_TRUE(root["e"].is_null());
  EXPECT_TRUE(root["f"].is_null());
  EXPECT_FALSE(root["g"].is_null());
  EXPECT_FALSE(root["h"].integer().has_value());
  EXPECT_FALSE(root["i"].integer().has_value());
}

TEST(Yaml, ReadsEachDocumentOfAStream) {
  const YamlDocument document = parsed("---\na: 1\n---\nb: 2\n");
  ASSERT_EQ(document.roots().size(), 2U);
  EXPECT_EQ(document.roots()[1]["b"].text(), "2");
}

TEST(Yaml, AnAliasIsTheNodeThatItNamesAtItsOwnPlace) {
  const YamlDocument document = parsed("a: &x {k: v}\nb: *x\nc: after\n");
  EXPECT_EQ(document.root()["b"]["k"].text(), "v");
  EXPECT_EQ(document.root()["b"].line(), 2U);
  EXPECT_EQ(document.root()["c"].text(), "after");
}

TEST(Yaml, RefusesAliasesOfUnknownOrOpenAnchors) {
  EXPECT_EQ(YamlDocument::parse("a: *x\n").error().message(), "line 1: alias of an unknown or unfinished anchor");
  EXPECT_FALSE(YamlDocument::parse("&x [*x]\n").ok());
  EXPECT_FALSE(YamlDocument::parse("a: &x 1\n---\nb: *x\n").ok());
}

TEST(Yaml, AliasesThatMultiplyCountWithAllThatTheyStandFor) {
  std::string bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    const std::string name = "a" + std::to_string(i);
    bomb.append(name).append(": &").append(name).append(" [").append(before);
    bomb.append(repeated("," + before, 9)).append("]\n");
  }
  const auto refused = YamlDocument::parse(bomb);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::limit);
  EXPECT_EQ(refused.error().message(), "line 6: YAML with more than 1000000 nodes");
}

TEST(Yaml, AliasesOfALongTextCountItsBytes) {
  const std::string text = "- &a " + std::string(1U << 20U, 'x') + "\n" + repeated("- *a\n", 64);
  const auto refused = YamlDocument::parse(text);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message(), "line 65: YAML with more than 67108864 bytes of text");
}

TEST(Yaml, AliasesThatNestCountTheirHeight) {
  std::string tower = "- &a0 [x]\n";
  for (int i = 1; i < 200; ++i) {
    const std::string own = std::to_string(i);
    const std::string inner = std::to_string(i - 1);
    tower.append("- &a").append(own).append(" [*a").append(inner).append("]\n");
  }
  const auto refused = YamlDocument::parse(tower);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message(), "line 127: YAML with more than 128 levels");
}

TEST(Yaml, RefusesWhatIsTooDeepTooLongOrHasTooManyDirectives) {
  EXPECT_TRUE(YamlDocument::parse(repeated("[", 127) + "x" + repeated("]", 127)).ok());
  const auto deep = YamlDocument::parse(repeated("[", 100'000));
  ASSERT_FALSE(deep.ok());
  EXPECT_EQ(deep.error().code(), ErrorCode::limit);
  EXPECT_EQ(YamlDocument::parse(repeated("- ", 100'000)).error().code(), ErrorCode::limit);
  EXPECT_EQ(YamlDocument::parse(repeated("-\n", YamlDocument::max_nodes)).error().code(), ErrorCode::limit);
  EXPECT_EQ(YamlDocument::parse(std::string(YamlDocument::max_bytes + 1, ' ')).error().code(), ErrorCode::limit);
  EXPECT_EQ(YamlDocument::parse(repeated("%TAG !a! b\n", 65)).error().code(), ErrorCode::limit);
}

TEST(Yaml, ErrorsNameTheLine) {
  EXPECT_TRUE(YamlDocument::parse("a: b\nc: [d\ne: f\n").error().message().starts_with("line "));
  const auto tabs = YamlDocument::parse("a:\n  b: c\n d: e\n");
  ASSERT_FALSE(tabs.ok());
  EXPECT_TRUE(tabs.error().message().starts_with("line 3: ")) << tabs.error().message();
  EXPECT_FALSE(YamlDocument::parse(std::string_view("a: \0b\n", 6)).ok());
}

}  // namespace
}  // namespace doorman::base

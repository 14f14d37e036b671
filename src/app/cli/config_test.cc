// SPDX-License-Identifier: Apache-2.0
#include "app/cli/config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "app/cli/table.h"

namespace doorman::app::cli {
namespace {

using Values = std::map<std::string, std::vector<std::string>, std::less<>>;

/// What remains when later settings win.
Values settings(std::string_view yaml, VerbId verb) {
  Values values;
  const auto parsed = parse_config(yaml, verb_of(verb));
  EXPECT_TRUE(parsed.ok()) << parsed.error().message();
  if (!parsed.ok()) return values;
  for (const Setting& setting : parsed.value()) values[std::string(setting.option->name)] = setting.values;
  return values;
}

std::string mistake(std::string_view yaml, VerbId verb = VerbId::scan) {
  const auto parsed = parse_config(yaml, verb_of(verb));
  return parsed.ok() ? "" : parsed.error().message();
}

TEST(Config, ASectionComesBeforeWhatHoldsForAll) {
  const std::string_view yaml =
      "scan:\n"
      "  state-dir: /scan\n"
      "state-dir: /all\n"
      "quiet: yes\n";
  EXPECT_EQ(settings(yaml, VerbId::scan), (Values{{"state-dir", {"/scan"}}, {"quiet", {"yes"}}}));
  EXPECT_EQ(settings(yaml, VerbId::db_info), (Values{{"state-dir", {"/all"}}}));
}

TEST(Config, SectionsOfTwoWordsNest) {
  const std::string_view yaml =
      "db:\n"
      "  state-dir: /db\n"
      "  build:\n"
      "    output: facts.db\n";
  EXPECT_EQ(settings(yaml, VerbId::db_build), (Values{{"state-dir", {"/db"}}, {"output", {"facts.db"}}}));
  EXPECT_EQ(settings(yaml, VerbId::db_info), (Values{{"state-dir", {"/db"}}}));
  EXPECT_EQ(settings(yaml, VerbId::scan), Values{});
}

TEST(Config, DbIsAFileOrASection) {
  EXPECT_EQ(settings("db: facts.db", VerbId::scan), (Values{{"db", {"facts.db"}}}));
  EXPECT_EQ(settings("db: {info: {db: facts.db}}", VerbId::db_info), (Values{{"db", {"facts.db"}}}));
}

TEST(Config, AListIsForWhatMayBeRepeated) {
  EXPECT_EQ(settings("output: [json=a.json, table=-]", VerbId::scan),
            (Values{{"output", {"json=a.json", "table=-"}}}));
  EXPECT_EQ(settings("output: a.json", VerbId::scan), (Values{{"output", {"a.json"}}}));
  EXPECT_EQ(mistake("fail-on: [low, high]"), "line 1: fail-on takes one value, no list");
}

TEST(Config, AnEmptyFileSetsNothing) {
  EXPECT_EQ(settings("", VerbId::scan), Values{});
  EXPECT_EQ(settings("# nothing yet\n", VerbId::scan), Values{});
  EXPECT_EQ(settings("scan: {}\n", VerbId::scan), Values{});
}

TEST(Config, AMistakeNamesItsLine) {
  EXPECT_EQ(mistake("quiet: true\nfail-onn: high\n"), "line 2: `fail-onn` is no setting; did you mean fail-on?");
  EXPECT_EQ(mistake("scn:\n  quiet: true\n"), "line 1: `scn` is no setting; did you mean scan?");
  EXPECT_EQ(mistake("quiet: perhaps"), "line 1: quiet: `perhaps` is neither true nor false");
  EXPECT_EQ(mistake("quiet:\n"), "line 1: quiet has no value");
  EXPECT_EQ(mistake("scan: true"), "line 1: scan must hold a mapping of settings");
  EXPECT_EQ(mistake("- scan\n"), "line 1: a configuration file is a mapping of settings");
  EXPECT_EQ(mistake("quiet: 1\nquiet: 0\n"), "line 2: quiet is set twice");
  EXPECT_EQ(mistake("quiet: 1\n---\nquiet: 0\n"), "line 3: a configuration file is one document");
  EXPECT_EQ(mistake("[a]: 1\n"), "line 1: `` is no setting");
}

TEST(Config, TheWholeFileIsCheckedWhateverTheVerb) {
  EXPECT_EQ(mistake("scan:\n  jobs: 0\n", VerbId::db_info), "line 2: jobs: `0` is no number from 1 to 256");
}

TEST(Config, WhatOnlyMakesSenseOnTheCommandLineIsNoSetting) {
  EXPECT_EQ(mistake("config: other.yaml"), "line 1: `config` is no setting");
  EXPECT_EQ(mistake("man: true"), "line 1: `man` is no setting");
}

}  // namespace
}  // namespace doorman::app::cli

// SPDX-License-Identifier: Apache-2.0
#include "policy/lower/lower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "policy/load/load.h"

namespace doorman::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

model::KernelNeeds needs_of(const std::vector<std::string>& conditions) {
  std::string text;
  for (const std::string& condition : conditions) {
    text += "- rule: r" + std::to_string(text.size()) +
            "\n  desc: d\n  priority: INFO\n  output: by %user.name\n  condition: >\n    " + condition + "\n";
  }
  const Loaded loaded = load_rules({{"rules.yaml", text}});
  EXPECT_TRUE(loaded.ok()) << text;
  return lower(loaded.rules);
}

const model::EventNeed* need_of(const model::KernelNeeds& needs, model::EventType type) {
  const auto at = std::ranges::find(needs.events, type, &model::EventNeed::type);
  return at == needs.events.end() ? nullptr : &*at;
}

TEST(Lower, TakesTheTypesAndFieldsThatRulesName) {
  const auto needs =
      needs_of({"evt.type in (connect, openat) and proc.name = cat", "evt.type = openat and fd.num > 3"});
  ASSERT_EQ(needs.events.size(), 2U);
  EXPECT_NE(need_of(needs, model::EventType::openat), nullptr);
  EXPECT_NE(need_of(needs, model::EventType::connect), nullptr);
  EXPECT_TRUE(std::ranges::is_sorted(needs.fields));
  for (const auto* name : {"evt.type", "proc.name", "fd.num", "user.name"}) {
    EXPECT_TRUE(std::ranges::count(needs.fields, model::find_field(name)->id)) << name;
  }
}

TEST(Lower, PathsAreThoseOfAllRulesTogether) {
  const auto needs =
      needs_of({"evt.type = open and fd.name startswith /etc/ssh",
                "evt.type = open and (fd.name in (/etc/shadow, /etc/ssh/a) or fd.directory = /root)"});
  const auto* open = need_of(needs, model::EventType::open);
  ASSERT_NE(open, nullptr);
  EXPECT_FALSE(open->any_path);
  EXPECT_THAT(open->paths, ElementsAre("/etc/shadow"));
  EXPECT_THAT(open->prefixes, ElementsAre("/etc/ssh", "/root/"));
}

TEST(Lower, OneRuleWithoutPathsNeedsEveryPath) {
  const auto needs = needs_of({"evt.type = open and fd.name = /etc/shadow", "evt.type = open and proc.name = cat"});
  EXPECT_TRUE(need_of(needs, model::EventType::open)->any_path);
  EXPECT_THAT(need_of(needs, model::EventType::open)->paths, IsEmpty());
}

TEST(Lower, EachTypeHasPathsOfItsOwn) {
  const auto needs = needs_of({"(evt.type = open and fd.name = /a) or evt.type = connect"});
  EXPECT_FALSE(need_of(needs, model::EventType::open)->any_path);
  EXPECT_TRUE(need_of(needs, model::EventType::connect)->any_path);
}

TEST(Lower, WhatIsDeniedSaysNothingOfPaths) {
  EXPECT_TRUE(need_of(needs_of({"evt.type = open and not fd.name = /a"}), model::EventType::open)->any_path);
  const auto needs = needs_of({"evt.type = open and not (not fd.name = /a or proc.name = cat)"});
  EXPECT_THAT(need_of(needs, model::EventType::open)->paths, ElementsAre("/a")) << "but two negations cancel out";
}

TEST(Lower, PatternsCountUpToTheirFirstWildcard) {
  const auto needs = needs_of({"evt.type = open and (fd.name glob /home/*/.ssh or fd.name pmatch (/var/lib))"});
  const auto* open = need_of(needs, model::EventType::open);
  EXPECT_THAT(open->prefixes, ElementsAre("/home/", "/var/lib/"));
  EXPECT_THAT(open->paths, ElementsAre("/var/lib"));
}

TEST(Lower, OpensForWritingOnly) {
  const auto needs = needs_of({"evt.type = open and evt.is_open_write = true and fd.name startswith /etc"});
  EXPECT_FALSE(need_of(needs, model::EventType::open)->reads);
  EXPECT_TRUE(need_of(needs, model::EventType::open)->writes);
}

TEST(Lower, RulesThatAreOffNeedNothing) {
  const Loaded loaded = load_rules(
      {{"rules.yaml",
        "- rule: r\n  desc: d\n  priority: INFO\n  output: o\n  enabled: false\n  condition: evt.type = open\n"}});
  EXPECT_THAT(lower(loaded.rules).events, IsEmpty());
}

}  // namespace
}  // namespace doorman::policy

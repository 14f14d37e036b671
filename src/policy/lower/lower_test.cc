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
  EXPECT_THAT(open->prefixes, ElementsAre("/etc/ssh"));
  EXPECT_THAT(open->folders, ElementsAre("/root/"));
}

TEST(Lower, AFolderBelowAPrefixIsLeftOut) {
  const auto needs =
      needs_of({"evt.type = open and (fd.name startswith /etc/ or fd.directory in (/etc/pam.d, /root/, /root))"});
  const auto* open = need_of(needs, model::EventType::open);
  ASSERT_NE(open, nullptr);
  EXPECT_THAT(open->prefixes, ElementsAre("/etc/"));
  EXPECT_THAT(open->folders, ElementsAre("/root/"));
}

TEST(Lower, OneRuleWithoutPathsNeedsEveryPath) {
  const auto needs = needs_of({"evt.type = open and fd.name = /etc/shadow", "evt.type = open and proc.name = cat"});
  ASSERT_EQ(needs.events.size(), 2U);
  EXPECT_THAT(needs.events[0].paths, ElementsAre("/etc/shadow")) << "still known by name";
  EXPECT_TRUE(needs.events[1].any_path);
}

TEST(Lower, EachRuleIsAWayOfItsOwn) {
  const auto needs = needs_of(
      {"evt.type = open and container.id != host and evt.is_open_write = true and fd.name endswith release_agent",
       "evt.type = open and fd.nameraw contains '../' and evt.rawres >= 0",
       "evt.type = open and evt.arg.flags contains O_TRUNC and fd.filename in (syslog, auth.log)",
       "evt.type = open and evt.res startswith E and not container.id = host"});
  ASSERT_EQ(needs.events.size(), 4U);
  EXPECT_TRUE(needs.events[0].in_container);
  EXPECT_FALSE(needs.events[0].reads);
  EXPECT_THAT(needs.events[0].endings, ElementsAre("release_agent"));
  EXPECT_TRUE(needs.events[1].climbs);
  EXPECT_FALSE(needs.events[1].failures);
  EXPECT_TRUE(needs.events[2].truncates);
  EXPECT_THAT(needs.events[2].endings, ElementsAre("/auth.log", "/syslog"));
  EXPECT_FALSE(needs.events[3].successes);
  EXPECT_TRUE(needs.events[3].in_container);
}

TEST(Lower, AlternativesWithinARuleAreWaysToo) {
  const auto needs = needs_of(
      {"evt.type = open and (container.id != host or fd.name = /a) and (fd.num >= 0 or fd.nameraw contains ..)"});
  ASSERT_EQ(needs.events.size(), 4U);
  for (const auto& need : needs.events) {
    EXPECT_TRUE(need.in_container || !need.any_path);
    EXPECT_TRUE(need.climbs || !need.failures);
  }
}

TEST(Lower, WhatAnotherWayHoldsIsLeftOut) {
  const auto needs = needs_of({"evt.type = open and container.id != host", "evt.type = open and proc.name = cat"});
  ASSERT_EQ(needs.events.size(), 1U);
  EXPECT_FALSE(needs.events[0].in_container);
}

TEST(Lower, TooManyWaysAreToldAsFewThatHoldThemAll) {
  std::string condition = "evt.type = open";
  for (int i = 0; i < 6; ++i) {
    condition +=
        " and (container.id != host or fd.nameraw contains .. or evt.arg.flags contains O_TRUNC or "
        "evt.is_open_read = true or evt.is_open_write = true or fd.num >= 0)";
  }
  const auto needs = needs_of({condition});
  EXPECT_LE(needs.events.size(), 16U);
  const bool reads = std::ranges::any_of(needs.events, [](const auto& need) {
    return need.reads && need.failures && !need.climbs && !need.truncates && !need.in_container;
  });
  EXPECT_TRUE(reads) << "a failed open for reading is one of them";
}

TEST(Lower, FailuresAreNotNeededWhereEachRuleAsksForADescriptor) {
  const std::string good = "evt.type = open and fd.num >= 0", any = "evt.type = open and fd.num >= -1";
  EXPECT_FALSE(need_of(needs_of({good}), model::EventType::open)->failures);
  EXPECT_TRUE(need_of(needs_of({good, any}), model::EventType::open)->failures);
  EXPECT_TRUE(need_of(needs_of({"evt.type = open and not fd.num >= 0"}), model::EventType::open)->failures);
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

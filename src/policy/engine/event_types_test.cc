// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/event_types.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace doorman::policy {
namespace {

using Names = std::set<std::string, std::less<>>;

Names types(std::string_view text) {
  const auto parsed = parse_condition(text);
  EXPECT_TRUE(parsed.condition.has_value()) << text;
  Names names;
  const EventTypes found = event_types_of(*parsed.condition);
  for (const model::EventInfo& each : model::event_types()) {
    if (found.test(static_cast<std::size_t>(each.type))) names.emplace(each.name);
  }
  return names;
}

std::size_t all() { return model::event_types().size(); }

TEST(EventTypes, FollowTheShapeOfTheCondition) {
  EXPECT_EQ(types("evt.type = open"), Names{"open"});
  EXPECT_EQ(types("evt.type in (open, openat) and fd.name = /etc/shadow"), (Names{"open", "openat"}));
  EXPECT_EQ(types("evt.type = open or (evt.type = close and proc.name = cat)"), (Names{"open", "close"}));
  EXPECT_EQ(types("evt.type = open and evt.type = close"), Names{});
  EXPECT_EQ(types("syscall.type == anyof (open, close)"), (Names{"open", "close"}));
}

TEST(EventTypes, ACheckOfSomethingElseMayGoEitherWay) {
  EXPECT_EQ(types("proc.name = cat").size(), all());
  EXPECT_EQ(types("not proc.name = cat").size(), all());
  EXPECT_EQ(types("evt.type = open or proc.name = cat").size(), all());
  EXPECT_EQ(types("evt.type contains open").size(), all());
  EXPECT_EQ(types("evt.type = val(proc.name)").size(), all());
}

TEST(EventTypes, NegationIsCarriedToTheLeaves) {
  EXPECT_EQ(types("not evt.type = open").size(), all() - 1);
  EXPECT_EQ(types("evt.type != open").size(), all() - 1);
  EXPECT_EQ(types("not evt.type != open"), Names{"open"});
  EXPECT_EQ(types("not (evt.type != open and not evt.type in (close, connect))"),
            (Names{"open", "close", "connect"}));
  EXPECT_EQ(types("not (evt.type = open and proc.name = cat)").size(), all());
}

TEST(EventTypes, EventsAreCountedFromOne) {
  EXPECT_EQ(types("evt.num = 0"), Names{});
  EXPECT_EQ(types("not evt.num > 0 or evt.type = open"), Names{"open"});
  EXPECT_EQ(types("evt.num >= 1 and evt.type = open"), Names{"open"});
  EXPECT_EQ(types("evt.num in (0, 0)"), Names{});
  EXPECT_EQ(types("evt.num = 3").size(), all());
}

}  // namespace
}  // namespace doorman::policy

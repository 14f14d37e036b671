// SPDX-License-Identifier: Apache-2.0
#include "model/event_type.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace doorman::model {
namespace {

TEST(EventType, HasEachNameAndEachNumberOnce) {
  std::set<std::string_view> names;
  std::set<int> numbers;
  for (const EventInfo& each : event_types()) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_TRUE(each.system_call < 0 || numbers.insert(each.system_call).second) << each.name;
    EXPECT_EQ(find_event_type(each.name), &each);
    EXPECT_EQ(&info(each.type), &each);
  }
  EXPECT_EQ(find_event_type("none"), nullptr);
}

TEST(EventType, KnowsCallsByTheirNumber) {
  EXPECT_EQ(event_type_of_call(0), EventType::read);
  EXPECT_EQ(event_type_of_call(59), EventType::execve);
  EXPECT_EQ(event_type_of_call(437), EventType::openat2);
  EXPECT_EQ(event_type_of_call(400), EventType::none);
  EXPECT_EQ(event_type_of_call(0xffffffff), EventType::none);
  EXPECT_EQ(info(EventType::procexit).system_call, -1);
}

TEST(EventType, HasTheParametersThatRulesName) {
  const auto has = [](EventType type, std::string_view name) {
    return std::ranges::any_of(info(type).parameters,
                               [&](const EventParameter& each) { return each.name == name; });
  };
  EXPECT_TRUE(has(EventType::openat, "flags"));
  EXPECT_TRUE(has(EventType::ptrace, "request"));
  EXPECT_TRUE(has(EventType::socket, "domain"));
  EXPECT_TRUE(has(EventType::symlinkat, "target"));
  EXPECT_TRUE(has(EventType::symlinkat, "linkpath"));
  EXPECT_TRUE(has(EventType::linkat, "oldpath"));
  EXPECT_TRUE(has(EventType::renameat2, "newpath"));
  EXPECT_TRUE(has(EventType::bpf, "cmd"));
  EXPECT_TRUE(has(EventType::fchmodat, "filename"));
  EXPECT_TRUE(has(EventType::unlinkat, "name"));
  EXPECT_TRUE(has(EventType::setuid, "uid"));
  EXPECT_TRUE(has(EventType::execve, "flags"));
}

}  // namespace
}  // namespace doorman::model

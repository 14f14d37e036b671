// SPDX-License-Identifier: Apache-2.0
#include "app/policy/case_facts.h"

#include <gtest/gtest.h>

namespace doorman::app {
namespace {

using model::EventSource;
using model::EventType;
using model::Value;

class CaseFactsTest : public testing::Test {
 protected:
  Value read(const CaseFacts& facts, std::string_view field) {
    return facts.read(model::use_field(field).value(), scratch_);
  }

  base::Arena scratch_;
};

TEST_F(CaseFactsTest, ValuesHaveTheTypeOfTheirField) {
  CaseFacts facts(EventSource::syscall, EventType::none);
  for (const auto& [field, text] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"proc.name", "sh"},
           {"proc.pid", "-1"},
           {"user.uid", "1000"},
           {"proc.fdusage", "1.5"},
           {"evt.failed", "true"},
           {"fd.sip", "::1"},
           {"fd.snet", "10.0.0.0/8"},
           {"fd.sport", "443"},
           {"proc.duration", "90s"},
           {"proc.pid.ts", "2024-05-01T10:20:30Z"},
           {"evt.arg.flags", "O_RDONLY"},
       }) {
    ASSERT_TRUE(facts.set(field, {text}).ok()) << field;
  }
  EXPECT_EQ(read(facts, "proc.name").text(), "sh");
  EXPECT_EQ(read(facts, "proc.pid").integer(), -1);
  EXPECT_EQ(read(facts, "user.uid").natural(), 1000U);
  EXPECT_EQ(read(facts, "proc.fdusage").real(), 1.5);
  EXPECT_TRUE(read(facts, "evt.failed").boolean());
  EXPECT_EQ(to_text(read(facts, "fd.sip").address()), "::1");
  EXPECT_EQ(to_text(read(facts, "fd.snet").network()), "10.0.0.0/8");
  EXPECT_EQ(read(facts, "fd.sport").natural(), 443U);
  EXPECT_EQ(read(facts, "proc.duration").natural(), 90'000'000'000U);
  EXPECT_EQ(read(facts, "proc.pid.ts").natural(), 1'714'558'830'000'000'000U);
  EXPECT_EQ(read(facts, "evt.arg.flags").text(), "O_RDONLY");
  EXPECT_FALSE(read(facts, "evt.arg.name").exists());
  EXPECT_FALSE(read(facts, "proc.exe").exists());
}

TEST_F(CaseFactsTest, ListsHoldSeveralAndTheirElementsOne) {
  CaseFacts facts(EventSource::syscall, EventType::none);
  ASSERT_TRUE(facts.set("proc.aname", {"sh", "systemd"}).ok());
  ASSERT_TRUE(facts.set("proc.aname[2]", {"systemd"}).ok());
  ASSERT_EQ(read(facts, "proc.aname").list().size(), 2U);
  EXPECT_EQ(read(facts, "proc.aname").list()[1].text(), "systemd");
  EXPECT_EQ(read(facts, "proc.aname[2]").text(), "systemd");
  EXPECT_FALSE(read(facts, "proc.aname[1]").exists());
  EXPECT_EQ(facts.set("proc.aname[1]", {"a", "b"}).error().message(), "proc.aname[1] holds one value");
  EXPECT_EQ(facts.set("proc.name", {}).error().message(), "proc.name holds one value");
}

TEST_F(CaseFactsTest, AnEventSaysItsType) {
  const CaseFacts facts(EventSource::syscall, EventType::openat);
  EXPECT_EQ(facts.event_type(), EventType::openat);
  EXPECT_EQ(read(facts, "evt.type").text(), "openat");
  EXPECT_EQ(read(facts, "evt.num").natural(), 1U);
  EXPECT_EQ(read(facts, "evt.type.is.openat").natural(), 1U);
  EXPECT_EQ(read(facts, "evt.type.is.close").natural(), 0U);
  EXPECT_FALSE(read(CaseFacts(EventSource::image, EventType::none), "evt.num").exists());
}

TEST_F(CaseFactsTest, WhatCannotBeIsRefused) {
  CaseFacts facts(EventSource::image, EventType::none);
  const std::tuple<std::string_view, std::string_view, std::string_view> cases[] = {
      {"image.usr", "root", "there is no field `image.usr`; did you mean image.user?"},
      {"proc.name", "sh", "`proc.name` is no field of source image"},
      {"image.user[1]", "root", "`image.user` takes no argument"},
      {"image.label", "x", "`image.label` needs an argument in brackets behind it"},
      {"image.is_root", "yes", "image.is_root: `yes` is not true or false"},
      {"image.layers", "-1", "image.layers: `-1` is not a whole number that is not negative"},
      {"image.layers", "18446744073709551616",
       "image.layers: `18446744073709551616` is not a whole number that is not negative"},
      {"image.created", "soon",
       "image.created: `soon` is not a time, as 2024-05-01T10:20:30Z or in nanoseconds since 1970"},
  };
  for (const auto& [field, value, message] : cases) {
    const auto done = facts.set(field, {value});
    ASSERT_FALSE(done.ok()) << field;
    EXPECT_EQ(done.error().message(), message);
  }
  CaseFacts event(EventSource::syscall, EventType::none);
  for (const auto& [field, value] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"fd.sip", "10.0.0"},
           {"fd.snet", "10.0.0.0/33"},
           {"fd.sport", "65536"},
           {"proc.fdusage", "nan"},
           {"proc.duration", "1 s"},
           {"proc.duration", "999999999999d"},
           {"proc.pid", "9223372036854775808"},
       }) {
    EXPECT_FALSE(event.set(field, {value}).ok()) << field;
  }
}

}  // namespace
}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "policy/load/load.h"

namespace doorman::policy {
namespace {

using model::EventSource;
using model::EventType;
using model::FieldId;
using model::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Texts by field, counting how often each is asked for.
class Event final : public model::Facts {
 public:
  explicit Event(EventType type, std::uint64_t revision = 0)
      : Event(type, model::Revisions{{0, revision, revision, revision, revision}}) {}
  Event(EventType type, model::Revisions revisions) : type_(type), revisions_(revisions) {}

  Event& with(FieldId field, std::string_view text) {
    texts_[field] = text;
    return *this;
  }
  [[nodiscard]] int reads(FieldId field) const {
    const auto found = reads_.find(field);
    return found == reads_.end() ? 0 : found->second;
  }

  [[nodiscard]] EventSource source() const override { return EventSource::syscall; }
  [[nodiscard]] EventType event_type() const override { return type_; }
  [[nodiscard]] model::Revisions revisions() const override { return revisions_; }
  [[nodiscard]] Value read(const model::FieldUse& use, base::Arena& /*scratch*/) const override {
    ++reads_[use.id];
    if (use.id == FieldId::evt_type) return Value::of(model::info(type_).name);
    const auto found = texts_.find(use.id);
    return found == texts_.end() ? Value() : Value::of(std::string_view(found->second));
  }

 private:
  EventType type_;
  model::Revisions revisions_;
  std::map<FieldId, std::string> texts_;
  mutable std::map<FieldId, int> reads_;
};

/// One rule for each condition.
std::string rules_of(const std::vector<std::string>& conditions) {
  std::string text;
  for (std::size_t i = 0; i < conditions.size(); ++i)
    text += "- rule: r" + std::to_string(i) + "\n  desc: d\n  output: o\n  priority: INFO\n  condition: >\n    " +
            conditions[i] + "\n";
  return text;
}

std::shared_ptr<const Engine> engine_of(const std::vector<std::string>& conditions) {
  Loaded loaded = load_rules({{"rules.yaml", rules_of(conditions)}});
  EXPECT_TRUE(loaded.ok());
  return Engine::compile(std::move(loaded.rules), loaded.diagnostics);
}

std::vector<std::uint32_t> match(Evaluator& evaluator, const Event& event) {
  const auto matches = evaluator.match(event);
  return {matches.begin(), matches.end()};
}

TEST(Engine, AllRulesThatMatchInTheirOrder) {
  Evaluator evaluator(engine_of({"evt.type=open and fd.name=/a", "evt.type=close", "evt.type in (open, openat)",
                                 "fd.name startswith /", "evt.num=0", "evt.num>=0"}));
  EXPECT_THAT(match(evaluator, Event(EventType::open).with(FieldId::fd_name, "/a")), ElementsAre(0, 2, 3, 5));
  EXPECT_THAT(match(evaluator, Event(EventType::close)), ElementsAre(1, 5));
}

TEST(Engine, AbsentValuesCompareWithNothing) {
  Evaluator evaluator(engine_of({"evt.type=open and fd.name != /a", "evt.type=open and not fd.name = /a",
                                 "evt.type=open and not fd.name exists", "evt.type=open and fd.name in (/a)"}));
  EXPECT_THAT(match(evaluator, Event(EventType::open)), ElementsAre(1, 2));
  EXPECT_THAT(match(evaluator, Event(EventType::open).with(FieldId::fd_name, "")), ElementsAre(0, 1));
}

TEST(Engine, EqualPartsAreOne) {
  const auto engine = engine_of({"evt.type=open and (proc.name=a or proc.name=b)",
                                 "evt.type=open and proc.name in (b, a) and fd.name=/x",
                                 "evt.type=open and fd.name=/x and not (proc.name=b or proc.name=a)"});
  // The two names as one set, and the path; the type is known before anything is asked. But where it is not, it is
  // asked for.
  EXPECT_EQ(engine->predicates(), 3U);
}

TEST(Engine, AFieldIsReadOnceAnEvent) {
  Evaluator evaluator(
      engine_of({"evt.type=open and fd.name=/a", "evt.type=open and fd.name contains b",
                 "evt.type=open and fd.name startswith c", "evt.type=open and fd.name endswith d"}));
  Event event(EventType::open);
  event.with(FieldId::fd_name, "/x");
  evaluator.match(event);
  EXPECT_EQ(event.reads(FieldId::fd_name), 1);
  EXPECT_EQ(event.reads(FieldId::evt_type), 0);
}

TEST(Engine, NothingIsReadOfEventsThatNoRuleIsFor) {
  Evaluator evaluator(engine_of({"evt.type=open and fd.name=/a"}));
  Event event(EventType::close);
  EXPECT_THAT(match(evaluator, event), IsEmpty());
  EXPECT_EQ(event.reads(FieldId::evt_type) + event.reads(FieldId::fd_name), 0);
}

TEST(Engine, WhatAProcessDecidesIsRemembered) {
  Evaluator evaluator(engine_of({"evt.type=open and proc.name=a and fd.name=/a", "evt.type=open and proc.name=b"}));
  Event first(EventType::open, 5);
  first.with(FieldId::proc_name, "a").with(FieldId::fd_name, "/a");
  EXPECT_THAT(match(evaluator, first), ElementsAre(0));
  EXPECT_EQ(first.reads(FieldId::proc_name), 1);
  Event second(EventType::open, 5);
  second.with(FieldId::proc_name, "a").with(FieldId::fd_name, "/b");
  EXPECT_THAT(match(evaluator, second), IsEmpty());
  EXPECT_EQ(second.reads(FieldId::proc_name), 0);
  Event other(EventType::open, 6);
  other.with(FieldId::proc_name, "b");
  EXPECT_THAT(match(evaluator, other), ElementsAre(1));
  EXPECT_EQ(other.reads(FieldId::fd_name), 0);
}

TEST(Engine, WhatAProgramDecidesIsRememberedForTheNextProcess) {
  Evaluator evaluator(engine_of({"evt.type=open and proc.name=a and fd.name=/a",
                                 "evt.type=open and fd.name=/a and (proc.name=b or container.id=c)",
                                 "evt.type=open and proc.pname=p and (proc.name=a or proc.pid=1)"}));
  const auto revisions = [](std::uint64_t process, std::uint64_t ancestry) {
    return model::Revisions{{0, process, 7, ancestry, 8}};
  };
  Event first(EventType::open, revisions(1, 3)), second(EventType::open, revisions(2, 4));
  for (Event* each : {&first, &second})
    each->with(FieldId::proc_name, "a").with(FieldId::container_id, "c").with(FieldId::fd_name, "/a");
  EXPECT_THAT(match(evaluator, first), ElementsAre(0, 1));
  EXPECT_EQ(first.reads(FieldId::proc_name), 1);
  second.with(FieldId::proc_pname, "p");
  EXPECT_THAT(match(evaluator, second), ElementsAre(0, 1, 2));
  EXPECT_EQ(second.reads(FieldId::proc_name) + second.reads(FieldId::container_id), 0);
  EXPECT_EQ(second.reads(FieldId::proc_pname), 1);
}

TEST(Engine, ManyRulesThatDifferInOneText) {
  std::vector<std::string> conditions;
  for (int i = 0; i < 400; ++i) {
    const std::string number = std::to_string(i);
    conditions.push_back("evt.type=open and proc.name in (n" + number + ", m" + number + ")");
    conditions.push_back("evt.type=open and fd.name startswith /srv/" + number + "/");
    conditions.push_back("evt.type=open and fd.name endswith ." + number);
    conditions.push_back("evt.type=open and proc.cmdline contains \"id=" + number + ";\"");
    conditions.push_back("evt.type=open and fd.name=/exact/" + number + " and not proc.name=m7");
  }
  Evaluator evaluator(engine_of(conditions));
  for (const std::uint64_t revision : {0U, 9U, 9U}) {
    Event event(EventType::open, revision);
    event.with(FieldId::proc_name, "m7").with(FieldId::proc_cmdline, "x id=8; id=8; y");
    event.with(FieldId::fd_name, "/srv/12/a.345");
    EXPECT_THAT(match(evaluator, event), ElementsAre(5 * 7, 5 * 8 + 3, 5 * 12 + 1, 5 * 345 + 2));
    event.with(FieldId::fd_name, "/exact/3");
    EXPECT_THAT(match(evaluator, event), ElementsAre(5 * 7, 5 * 8 + 3));
  }
  EXPECT_THAT(match(evaluator, Event(EventType::open, 10).with(FieldId::fd_name, "/exact/3")),
              ElementsAre(5 * 3 + 4));
}

TEST(Engine, MoreCandidatesThanAreListed) {
  std::vector<std::string> conditions;
  for (int i = 0; i < 100; ++i)
    conditions.push_back("evt.type=open and proc.name != x and not fd.name = /" + std::to_string(i));
  Evaluator evaluator(engine_of(conditions));
  for (int round = 0; round < 2; ++round) {
    Event event(EventType::open, 3);
    event.with(FieldId::proc_name, "y").with(FieldId::fd_name, "/50");
    EXPECT_EQ(match(evaluator, event).size(), 99U);
  }
}

TEST(Engine, DisabledRulesAreCheckedButNotAsked) {
  std::vector<Diagnostic> diagnostics;
  RuleSet set = load_rules({{"rules.yaml", rules_of({"evt.type=open"}) + "  enabled: false\n"}}).rules;
  const auto engine = Engine::compile(set, diagnostics);
  ASSERT_TRUE(engine);
  EXPECT_FALSE(engine->is_asked(0));
  Evaluator evaluator(engine);
  EXPECT_THAT(match(evaluator, Event(EventType::open)), IsEmpty());
  set = load_rules({{"rules.yaml", rules_of({"evt.type=open and no.field=1"}) + "  enabled: false\n"}}).rules;
  EXPECT_FALSE(Engine::compile(set, diagnostics));
}

TEST(Engine, UnknownFieldsMayBeOverlooked) {
  std::vector<Diagnostic> diagnostics;
  const std::string text = rules_of({"evt.type=close", "evt.type=open and no.field=1"});
  const auto engine =
      Engine::compile(load_rules({{"rules.yaml", text + "  skip-if-unknown-filter: true\n"}}).rules, diagnostics);
  ASSERT_TRUE(engine);
  EXPECT_TRUE(engine->is_asked(0));
  EXPECT_FALSE(engine->is_asked(1));
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].code, "LOAD_UNKNOWN_FILTER");
  EXPECT_EQ(diagnostics[0].level, Diagnostic::Level::warning);
}

TEST(Engine, ErrorsTellTheWayThroughMacrosOnce) {
  const std::string text =
      "- macro: inner\n  condition: no.field = 1\n- macro: outer\n  condition: (inner or proc.name = a)\n" +
      rules_of({"evt.type=open and outer", "evt.type=close and outer", "fd.num contains 1"});
  std::vector<Diagnostic> diagnostics;
  EXPECT_FALSE(Engine::compile(load_rules({{"rules.yaml", text}}).rules, diagnostics));
  ASSERT_EQ(diagnostics.size(), 2U);
  EXPECT_THAT(diagnostics[0].message, HasSubstr("no.field"));
  std::vector<std::string> way;
  for (const Place& place : diagnostics[0].places) way.push_back(place.kind + " " + place.name);
  EXPECT_THAT(way,
              ElementsAre("rule r0", "rule condition ", "macro outer", "macro inner", "condition expression "));
  EXPECT_EQ(diagnostics[0].places.back().at.line, 2U);
}

TEST(Engine, RulesForEveryTypeAreWarnedOf) {
  std::vector<Diagnostic> diagnostics;
  ASSERT_TRUE(Engine::compile(load_rules({{"rules.yaml", rules_of({"proc.name=a"})}}).rules, diagnostics));
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].code, "LOAD_NO_EVTTYPE");
  diagnostics.clear();
  const std::string quiet = rules_of({"proc.name=a"}) + "  warn_evttypes: false\n";
  ASSERT_TRUE(Engine::compile(load_rules({{"rules.yaml", quiet}}).rules, diagnostics));
  EXPECT_THAT(diagnostics, IsEmpty());
}

TEST(Engine, AllMistakesOfARuleAreTold) {
  Loaded loaded = load_rules({{"rules.yaml", R"(
- macro: broken
  condition: nowhere and no.field1 = a
- rule: one
  desc: d
  condition: nobody and no.field2 = a and nothing and broken
  output: "%no.field3 and %no.field4 of %proc.name"
  priority: LOUD
)"}});
  EXPECT_FALSE(loaded.ok());
  EXPECT_FALSE(Engine::compile(std::move(loaded.rules), loaded.diagnostics));
  std::vector<std::string> messages;
  for (const Diagnostic& each : loaded.diagnostics) messages.push_back(each.message);
  EXPECT_THAT(messages,
              testing::UnorderedElementsAre(HasSubstr("'nowhere'"), "Invalid priority", HasSubstr("'nobody'"),
                                            HasSubstr("'nothing'"), HasSubstr("no.field1"), HasSubstr("no.field2"),
                                            HasSubstr("no.field3"), HasSubstr("no.field4")));
}

TEST(Engine, RulesThatWouldBeListedTooOften) {
  std::vector<std::string> conditions;
  for (const model::EventInfo& event : model::event_types())
    conditions.push_back("evt.type=" + std::string(event.name) + " and fd.num=1");
  const std::size_t types = conditions.size();
  for (std::size_t i = 0; i <= Engine::max_rules_by_type / types; ++i)
    conditions.push_back("fd.num=" + std::to_string(i));
  Loaded loaded = load_rules({{"rules.yaml", rules_of(conditions)}});
  ASSERT_TRUE(loaded.ok());
  std::vector<Diagnostic> diagnostics;
  for (Rule& rule : loaded.rules.rules) rule.warn_event_types = false;
  EXPECT_FALSE(Engine::compile(std::move(loaded.rules), diagnostics));
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].code, "LOAD_ERR_LIMIT");
}

TEST(Engine, OtherRulesTakeTheirPlaceWhileTheOldAreAsked) {
  auto evaluator = std::make_unique<Evaluator>(engine_of({"evt.type=open"}));
  const std::weak_ptr<const Engine> old = engine_of({"evt.type=open"});
  EXPECT_TRUE(old.expired());  // nobody evaluates with it
  std::vector<Diagnostic> diagnostics;
  const auto bad = Engine::compile(load_rules({{"rules.yaml", rules_of({"no.field = 1"})}}).rules, diagnostics);
  EXPECT_FALSE(bad);
  EXPECT_THAT(match(*evaluator, Event(EventType::open)), ElementsAre(0));
  *evaluator = Evaluator(engine_of({"evt.type=close", "evt.type=open"}));
  EXPECT_THAT(match(*evaluator, Event(EventType::open)), ElementsAre(1));
}

}  // namespace
}  // namespace doorman::policy

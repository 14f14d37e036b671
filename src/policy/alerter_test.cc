// SPDX-License-Identifier: Apache-2.0
#include "policy/alerter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/load/load.h"

namespace doorman::policy {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

/// Somebody opened a file.
class Opened final : public model::Facts {
 public:
  explicit Opened(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] model::EventSource source() const override { return model::EventSource::syscall; }
  [[nodiscard]] model::EventType event_type() const override { return model::EventType::open; }
  [[nodiscard]] model::Value read(const model::FieldUse& use, base::Arena& /*scratch*/) const override {
    return use.id == model::FieldId::fd_name ? model::Value::of(std::string_view(path_)) : model::Value();
  }

 private:
  std::string path_;
};

std::shared_ptr<const Engine> engine_of(std::string text) {
  Loaded loaded = load_rules({{"rules.yaml", std::move(text)}});
  EXPECT_TRUE(loaded.ok());
  std::vector<Diagnostic> diagnostics;
  auto engine = Engine::compile(std::move(loaded.rules), diagnostics);
  EXPECT_NE(engine, nullptr);
  return engine;
}

constexpr std::string_view rules = R"(
- rule: A
  desc: d
  condition: evt.type=open and fd.name=/etc/shadow
  output: "opened %fd.name"
  priority: INFO
- rule: B
  desc: d
  condition: evt.type=open and fd.name startswith /etc/
  output: "below /etc"
  priority: INFO
  throttle: 2 per 10s
)";

TEST(Alerter, EveryRuleThatMatchesSpeaksInItsOwnWords) {
  Alerter alerter(engine_of(std::string(rules)));
  const auto& matches = alerter.ask(Opened("/etc/shadow"), 1, seconds(1));
  ASSERT_THAT(matches, SizeIs(2));
  EXPECT_EQ(matches[0].rule->name, "A");
  EXPECT_EQ(matches[0].output, "opened /etc/shadow");
  ASSERT_THAT(matches[0].fields, SizeIs(1));
  EXPECT_EQ(matches[0].fields[0].name, "fd.name");
  EXPECT_EQ(matches[0].fields[0].value, "/etc/shadow");
  EXPECT_EQ(matches[1].output, "below /etc");
  EXPECT_THAT(alerter.ask(Opened("/tmp/x"), 1, seconds(1)), IsEmpty());
}

TEST(Alerter, AThrottleCountsForEachSubjectAndTellsWhatItHeldBack) {
  Alerter alerter(engine_of(std::string(rules)));
  const Opened event("/etc/hosts");
  EXPECT_THAT(alerter.ask(event, 1, seconds(1)), SizeIs(1));
  EXPECT_THAT(alerter.ask(event, 1, seconds(2)), SizeIs(1));
  EXPECT_THAT(alerter.ask(event, 1, seconds(3)), IsEmpty());
  EXPECT_THAT(alerter.ask(event, 1, seconds(4)), IsEmpty());
  EXPECT_THAT(alerter.ask(event, 2, seconds(4)), SizeIs(1)) << "another container";
  const auto& later = alerter.ask(event, 1, seconds(11));
  ASSERT_THAT(later, SizeIs(1));
  EXPECT_EQ(later[0].held_back, 2U);
}

TEST(Alerter, OtherRulesTakeTheirPlace) {
  Alerter alerter(engine_of(std::string(rules)));
  alerter.replace(engine_of("- {rule: C, desc: d, condition: evt.type=open, output: c, priority: INFO}"));
  const auto& matches = alerter.ask(Opened("/etc/shadow"), 1, seconds(1));
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_EQ(matches[0].rule->name, "C");
}

}  // namespace
}  // namespace doorman::policy

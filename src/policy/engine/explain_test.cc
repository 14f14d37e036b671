// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/explain.h"

#include <gtest/gtest.h>

#include "policy/load/load.h"

namespace doorman::policy {
namespace {

/// An image whose user is known and nothing else.
class UserFacts final : public model::Facts {
 public:
  explicit UserFacts(std::string_view user) : user_(user) {}
  [[nodiscard]] model::EventSource source() const override { return model::EventSource::image; }
  [[nodiscard]] model::Value read(const model::FieldUse& use, base::Arena& /*scratch*/) const override {
    return use.id == model::find_field("image.user")->id ? model::Value::of(user_) : model::Value();
  }

 private:
  std::string_view user_;
};

Explanation explained(const std::string& condition, std::string_view user) {
  const Loaded loaded = load_rules({{"rules.yaml",
                                     "- macro: rooted\n  condition: image.user in (root, admin)\n"
                                     "- rule: r\n  desc: d\n  priority: INFO\n  source: image\n  output: o\n"
                                     "  condition: >\n    " +
                                         condition + "\n"}});
  EXPECT_TRUE(loaded.ok());
  return explain(loaded.rules.rules.front(), loaded.rules, UserFacts(user));
}

TEST(Explain, SaysWhatEachCheckSaw) {
  const auto told = explained("image.user = root", "app");
  EXPECT_FALSE(told.truth);
  EXPECT_TRUE(told.decided);
  EXPECT_EQ(told.text, "image.user = root");
  ASSERT_EQ(told.seen.size(), 1U);
  EXPECT_EQ(told.seen[0].field, "image.user");
  EXPECT_EQ(told.seen[0].value, "app");
}

TEST(Explain, AnAndThatIsFalseRestsOnItsFalseParts) {
  const auto told = explained("image.user = root and image.tag = latest", "root");
  ASSERT_EQ(told.parts.size(), 2U);
  EXPECT_FALSE(told.truth);
  EXPECT_FALSE(told.parts[0].decided);
  EXPECT_TRUE(told.parts[1].decided);
  EXPECT_EQ(told.parts[1].seen[0].value, "<NA>");
}

TEST(Explain, AnOrThatIsTrueRestsOnItsTrueParts) {
  const auto told = explained("image.user = root or not image.tag = latest", "app");
  ASSERT_EQ(told.parts.size(), 2U);
  EXPECT_TRUE(told.truth);
  EXPECT_FALSE(told.parts[0].decided);
  EXPECT_TRUE(told.parts[1].decided);
  EXPECT_TRUE(told.parts[1].parts[0].decided);
}

TEST(Explain, NamesTheMacroThatAPartCameFrom) {
  const auto told = explained("rooted and image.user exists", "admin");
  EXPECT_TRUE(told.truth);
  EXPECT_EQ(told.parts[0].macro, "rooted");
  EXPECT_EQ(told.parts[1].macro, "");
}

}  // namespace
}  // namespace doorman::policy

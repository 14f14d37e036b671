// SPDX-License-Identifier: Apache-2.0
#include "model/verdict.h"

#include <gtest/gtest.h>

namespace doorman::model {
namespace {

TEST(Verdict, PrioritiesAreReadInAnyCaseAndByTheirShortNames) {
  EXPECT_EQ(parse_priority("WARNING"), Priority::warning);
  EXPECT_EQ(parse_priority("Info"), Priority::informational);
  EXPECT_EQ(parse_priority("emerg"), Priority::emergency);
  EXPECT_EQ(parse_priority("fatal"), std::nullopt);
  EXPECT_LT(Priority::critical, Priority::warning);
}

TEST(Verdict, ActionsAreReadAsTheyAreWritten) {
  EXPECT_EQ(parse_action("quarantine"), Action::quarantine);
  EXPECT_EQ(parse_action("Deny"), std::nullopt);
  EXPECT_EQ(to_text(Action::deny), "deny");
}

TEST(Verdict, OnlyAnAlertLetsPass) {
  EXPECT_EQ(decision_of(Action::alert), Decision::warn);
  EXPECT_EQ(decision_of(Action::deny), Decision::deny);
  EXPECT_EQ(decision_of(Action::kill), Decision::deny);
  EXPECT_EQ(decision_of(Action::quarantine), Decision::deny);
}

}  // namespace
}  // namespace doorman::model

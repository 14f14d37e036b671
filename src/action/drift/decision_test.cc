// SPDX-License-Identifier: Apache-2.0
#include "action/drift/decision.h"

#include <gtest/gtest.h>

namespace doorman::action {
namespace {

using Step = ExecDecision::Step;
using Reason = model::DriftRecord::Reason;
using model::DriftMode;
using std::chrono::seconds;

ExecFacts written(DriftMode mode = DriftMode::deny) {
  return {.mode = mode, .reason = Reason::written, .age = seconds(60)};
}

TEST(DecisionTest, TheImagesOwnProgramsRunAndAreNotAskedForAgain) {
  EXPECT_EQ(decide({.mode = DriftMode::deny}), (ExecDecision{.step = Step::allow, .ignore = true}));
  EXPECT_EQ(decide({.mode = DriftMode::kill, .reason = Reason::loader}),
            (ExecDecision{.step = Step::allow, .ignore = true}));
}

TEST(DecisionTest, WhatIsNotTheImagesIsRefusedOrKilledAsTheModeSays) {
  for (const Reason reason : {Reason::memory, Reason::unlinked, Reason::foreign}) {
    EXPECT_EQ(decide({.mode = DriftMode::deny, .reason = reason}),
              (ExecDecision{.step = Step::refuse, .reason = reason}));
    EXPECT_EQ(decide({.mode = DriftMode::kill, .reason = reason}),
              (ExecDecision{.step = Step::kill, .reason = reason}));
    EXPECT_EQ(decide({.mode = DriftMode::alert, .reason = reason}), ExecDecision{});
    EXPECT_EQ(decide({.mode = DriftMode::off, .reason = reason}), ExecDecision{});
  }
}

TEST(DecisionTest, AChangedFileIsComparedWithTheImages) {
  ExecFacts facts = written();
  EXPECT_EQ(decide(facts).step, Step::compare);
  for (const Content content : {Content::different, Content::absent, Content::unknown}) {
    facts.content = content;
    EXPECT_EQ(decide(facts), (ExecDecision{.step = Step::refuse, .reason = Reason::written}));
  }
  facts.content = Content::same;
  EXPECT_EQ(decide(facts), (ExecDecision{.step = Step::allow, .approve = true}));
}

TEST(DecisionTest, AFileThatChangedJustNowIsNotApprovedYet) {
  ExecFacts facts = written();
  facts.age = settling - std::chrono::nanoseconds(1);
  facts.content = Content::same;
  EXPECT_EQ(decide(facts), (ExecDecision{.step = Step::wait}));
  facts.age = -seconds(5);  // the clock was set back
  EXPECT_EQ(decide(facts).step, Step::wait);
  facts.content = Content::different;
  EXPECT_EQ(decide(facts).step, Step::refuse);
}

TEST(DecisionTest, WhatWasApprovedInThisStateIsNotComparedAgain) {
  ExecFacts facts = written();
  facts.approved = true;
  EXPECT_EQ(decide(facts), ExecDecision{});
}

TEST(DecisionTest, AScriptIsNamedAsOne) {
  ExecFacts facts = written(DriftMode::kill);
  facts.script = true;
  facts.content = Content::absent;
  EXPECT_EQ(decide(facts), (ExecDecision{.step = Step::kill, .reason = Reason::script}));
}

TEST(DecisionTest, TheEngineIsNotJudged) {
  EXPECT_EQ(decide({.mode = DriftMode::kill, .engine = true, .reason = Reason::foreign}), ExecDecision{});
}

}  // namespace
}  // namespace doorman::action

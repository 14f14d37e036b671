// SPDX-License-Identifier: Apache-2.0
#include "app/show/guard_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "scratch.h"
#include "store/log_folder.h"

namespace doorman::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string nul(std::string text) {
  for (char& c : text) c = c == ' ' ? '\0' : c;
  return text + '\0';
}

TEST(GuardProcess, ItsModesAreThoseOfItsCommandLineAndEnvironment) {
  model::HostStatus::Guard guard;
  add_modes(nul("/usr/bin/doorman guard --drift deny --config /dev/null -r a.yaml -r b.yaml"),
            nul("DOORMAN_FLOWS=protect"), guard);
  EXPECT_EQ(guard.drift, model::DriftMode::deny);
  EXPECT_EQ(guard.flows, model::FlowMode::protect);
  EXPECT_THAT(guard.rules, ElementsAre("a.yaml", "b.yaml"));
}

TEST(GuardProcess, TheGuardOfUpIsOneToo) {
  model::HostStatus::Guard guard;
  add_modes(nul("/usr/bin/doorman up --drift deny --config /dev/null"), nul("HOME=/nowhere"), guard);
  EXPECT_EQ(guard.drift, model::DriftMode::deny);
}

TEST(GuardProcess, WhatIsNoGuardHasNone) {
  for (const std::string& line :
       {nul("doorman ps"), nul("doorman guard --drift sideways"), std::string(), nul("x")}) {
    model::HostStatus::Guard guard;
    add_modes(line, nul("HOME=/nowhere"), guard);
    EXPECT_FALSE(guard.drift.has_value());
    EXPECT_THAT(guard.rules, IsEmpty());
  }
}

TEST(GuardProcess, NobodyWritesALogThatIsNotThere) {
  const tests::ScratchFolder scratch;
  EXPECT_EQ(read_guard(scratch.path().string()).pid, 0U);
}

}  // namespace
}  // namespace doorman::app

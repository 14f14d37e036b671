// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "action/drift_guard.h"
#include "kern/process_programs.h"
#include "kern/shared_maps.h"
#include "kernel_test.h"

namespace doorman::tests {

/// A test with the kernel's side of drift at work, and the gate before it.
class DriftTest : public KernelTest {
 protected:
  /// What holds for all programs is not set yet: that notes this process's namespaces, which a container of the
  /// test may change.
  void start() {
    auto programs = kern::ProcessPrograms::load(pins());
    ASSERT_TRUE(programs.ok()) << programs.error().message();
    programs_.emplace(std::move(programs).value());
    auto guard = action::DriftGuard::start(pins());
    ASSERT_TRUE(guard.ok()) << guard.error().message();
    guard_.emplace(std::move(guard).value());
    const auto attached = programs_->attach(pins(), false);
    ASSERT_TRUE(attached.ok()) << attached.error().message();
    auto maps = kern::SharedMaps::open(pins());
    ASSERT_TRUE(maps.ok()) << maps.error().message();
    maps_.emplace(std::move(maps).value());
  }
  void TearDown() override {
    if (guard_) {
      EXPECT_TRUE(guard_->stop(false).ok());
    }
    guard_.reset();
    maps_.reset();
    programs_.reset();
    KernelTest::TearDown();
  }
  void enforce() {
    const auto enforced = guard_->enforce();
    ASSERT_TRUE(enforced.ok()) << enforced.error().message();
  }

  std::optional<kern::ProcessPrograms> programs_;
  std::optional<action::DriftGuard> guard_;
  std::optional<kern::SharedMaps> maps_;
};

}  // namespace doorman::tests

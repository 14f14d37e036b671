// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/text.h"
#include "kern/pins.h"

namespace doorman::tests {

/// Where control groups of version 2 are mounted; empty when they are not.
inline std::string unified_root() {
  const auto mounts = base::read_file("/proc/self/mountinfo", 1U << 20U);
  if (!mounts.ok()) return {};
  for (const std::string_view line : base::split(*mounts, '\n')) {
    if (line.find(" - cgroup2 ") != std::string_view::npos) return std::string(base::split(line, ' ')[4]);
  }
  return {};
}

/// A test that loads programs into the kernel: with pins of its own, which go with it. Skips aloud without root.
class KernelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "kernel programs need root";
    auto opened = kern::Pins::open(fmt::format("/sys/fs/bpf/doorman-test-{}", ::getpid()));
    if (!opened.ok()) GTEST_SKIP() << "no kernel programs here: " << opened.error().message();
    pins_ = std::make_unique<kern::Pins>(std::move(opened).value());
  }
  void TearDown() override {
    if (pins_ == nullptr) return;
    EXPECT_TRUE(pins_->remove().ok());
  }
  [[nodiscard]] const kern::Pins& pins() const { return *pins_; }

 private:
  std::unique_ptr<kern::Pins> pins_;
};

}  // namespace doorman::tests

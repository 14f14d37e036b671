// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "files.h"

namespace doorman::tests {

/// Compares with the golden file; with ACCEPT=1 in the environment it rewrites the file instead.
inline void expect_golden(const std::filesystem::path& golden, std::string_view got) {
  if (std::getenv("ACCEPT") != nullptr) {
    std::filesystem::create_directories(golden.parent_path());
    std::ofstream(golden, std::ios::binary) << got;
    return;
  }
  ASSERT_TRUE(std::filesystem::exists(golden)) << golden << " is missing: run again with ACCEPT=1 and read it";
  EXPECT_EQ(got, slurp(golden)) << "differs from " << golden << "; ACCEPT=1 accepts it";
}

/// The conformance data that a full checkout has beside it, or empty: the caller skips, aloud.
inline std::filesystem::path fixtures() {
  if (const char* named = std::getenv("DOORMAN_FIXTURES")) return named;
  const auto beside = std::filesystem::path(DOORMAN_TEST_DATA) / "../../../shared/fixtures";
  return std::filesystem::exists(beside) ? std::filesystem::canonical(beside) : std::filesystem::path();
}

}  // namespace doorman::tests

#define DOORMAN_NEED_FIXTURES(variable)                              \
  const std::filesystem::path variable = doorman::tests::fixtures(); \
  if (variable.empty()) GTEST_SKIP() << "no fixtures: set DOORMAN_FIXTURES to their folder"

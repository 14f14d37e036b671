// SPDX-License-Identifier: Apache-2.0
#include "kern/features.h"

#include <algorithm>

#include "kernel_test.h"

namespace doorman::kern {
namespace {

using FeaturesTest = tests::KernelTest;

TEST_F(FeaturesTest, EachIsTriedAndSaysWhyNot) {
  const auto features = probe_features(pins());
  EXPECT_EQ(features.size(), 7U);
  for (const Feature& each : features) {
    EXPECT_EQ(each.works, each.why_not.empty()) << each.name;
    EXPECT_EQ(each.why_not.find("libbpf:"), std::string::npos) << each.why_not;
  }
  const auto works = [&](std::string_view name) {
    return std::ranges::find(features, name, &Feature::name)->works;
  };
  EXPECT_TRUE(works("kernel types"));
  EXPECT_TRUE(works("process events"));
}

}  // namespace
}  // namespace doorman::kern

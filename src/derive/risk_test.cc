// SPDX-License-Identifier: Apache-2.0
#include "derive/risk.h"

#include <gtest/gtest.h>

namespace doorman::derive {
namespace {

std::optional<std::uint32_t> risk_with(const model::ImageFacts& image, model::Container container) {
  container.image_facts = std::make_shared<const model::ImageFacts>(image);
  return risk_of(container);
}

TEST(Risk, GrowsWithFlawsAndPrivileges) {
  model::Container plain;
  EXPECT_FALSE(risk_of(plain));
  plain.privileged = false;
  EXPECT_EQ(risk_of(plain), 0U);
  model::ImageFacts image{.worst = model::Severity::high,
                          .known_exploited = false,
                          .runs_as_root = false,
                          .packages = {},
                          .programs = {}};
  EXPECT_EQ(risk_with(image, plain), 30U);
  image.known_exploited = true;
  image.runs_as_root = true;
  EXPECT_EQ(risk_with(image, plain), 55U);
  plain.host_pid = plain.host_network = plain.host_ipc = true;
  EXPECT_EQ(risk_with(image, plain), 75U);
  plain.privileged = true;
  image.worst = model::Severity::critical;
  EXPECT_EQ(risk_with(image, plain), 90U);
  image.worst.reset();
  EXPECT_EQ(risk_with(image, plain), 35U) << "exploited, but not here";
}

}  // namespace
}  // namespace doorman::derive

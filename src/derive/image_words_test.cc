// SPDX-License-Identifier: Apache-2.0
#include "derive/image_words.h"

#include <gtest/gtest.h>

#include <vector>

namespace doorman::derive {

using model::DriftMode;
using model::FlowMode;
using model::ImageWord;

namespace {

TEST(ImageWords, TrustIsALabelThenThePolicysWordThenNothing) {
  const std::vector<ImageWord> words = {{.images = {"registry.example/*"}, .trust = 80, .drift = {}, .flows = {}},
                                        {.images = {"*"}, .trust = 10, .drift = {}, .flows = {}}};
  model::Container container;
  container.repository = "registry.example/shop/web";
  EXPECT_FALSE(trust_of(container, {}));
  EXPECT_EQ(trust_of(container, words), 80U);
  container.labels = {{"doorman.trust", "low"}};
  EXPECT_EQ(trust_of(container, words), 25U);
  container.labels = {{"doorman.trust", "full"}};
  EXPECT_EQ(trust_of(container, words), 80U) << "an image's own label raises nothing";
  EXPECT_EQ(trust_of(container, {}), 100U);
  container.labels = {{"doorman.trust", "low"}};
  container.pod_labels = {{"doorman.trust", "90"}};
  EXPECT_EQ(trust_of(container, words), 90U);
  container.pod_labels = {{"doorman.trust", "101"}};
  EXPECT_EQ(trust_of(container, words), 25U) << "no number from 0 to 100 is no say";
  container = {};
  container.image = "elsewhere/x";
  EXPECT_EQ(trust_of(container, words), 10U);
  EXPECT_FALSE(model::parse_trust("HIGH"));
  EXPECT_FALSE(model::parse_trust("-1"));
}

TEST(ImageWords, TheFirstThatSaysAThingCounts) {
  const std::vector<ImageWord> words = {
      {.images = {"a", "ci/*"}, .trust = {}, .drift = DriftMode::alert, .flows = {}},
      {.images = {"ci/*"}, .trust = {}, .drift = DriftMode::kill, .flows = FlowMode::monitor}};
  model::Container container;
  container.repository = "ci/builder";
  EXPECT_EQ(drift_mode_of(container, words), DriftMode::alert);
  EXPECT_EQ(flow_mode_of(container, words), FlowMode::monitor);
  container.repository = "b";
  EXPECT_FALSE(drift_mode_of(container, words));
  EXPECT_FALSE(flow_mode_of(container, words));
}

}  // namespace
}  // namespace doorman::derive

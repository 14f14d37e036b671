// SPDX-License-Identifier: Apache-2.0
#include "model/image.h"

#include <gtest/gtest.h>

#include "model/inventory.h"

namespace doorman::model {
namespace {

ImageConfig config_of(std::size_t layers, const std::vector<std::pair<std::string, bool>>& history) {
  ImageConfig config;
  for (std::size_t i = 0; i < layers; ++i) config.diff_ids.push_back(base::digest_of(std::to_string(i)));
  for (const auto& [created_by, empty] : history) {
    BuildStep step;
    step.created_by = created_by;
    step.empty_layer = empty;
    config.history.push_back(std::move(step));
  }
  return config;
}

TEST(StepOfLayer, SkipsStepsThatMadeNoLayer) {
  const ImageConfig config = config_of(2, {{"ADD root", false}, {"ENV a=b", true}, {"RUN make", false}});
  ASSERT_NE(config.step_of_layer(0), nullptr);
  EXPECT_EQ(config.step_of_layer(0)->created_by, "ADD root");
  ASSERT_NE(config.step_of_layer(1), nullptr);
  EXPECT_EQ(config.step_of_layer(1)->created_by, "RUN make");
  EXPECT_EQ(config.step_of_layer(2), nullptr);
}

TEST(StepOfLayer, SaysNothingWhenHistoryAndLayersDisagree) {
  EXPECT_EQ(config_of(2, {{"RUN all", false}}).step_of_layer(0), nullptr);
  EXPECT_EQ(config_of(1, {{"RUN a", false}, {"RUN b", false}}).step_of_layer(0), nullptr);
  EXPECT_EQ(config_of(1, {}).step_of_layer(0), nullptr);
}

TEST(Support, HasAWordForEach) {
  EXPECT_EQ(to_text(Support::State::unknown), "unknown");
  EXPECT_EQ(to_text(Support::State::supported), "supported");
  EXPECT_EQ(to_text(Support::State::extended), "extended");
  EXPECT_EQ(to_text(Support::State::ended), "ended");
}

}  // namespace
}  // namespace doorman::model

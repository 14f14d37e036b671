// SPDX-License-Identifier: Apache-2.0
#include "model/image.h"

#include <algorithm>

#include "base/text.h"

namespace doorman::model {

const BuildStep* ImageConfig::step_of_layer(std::size_t index) const {
  const auto makes_layer = [](const BuildStep& step) { return !step.empty_layer; };
  // Squashed and hand-made images have histories that do not match their layers: then no step can be named.
  const auto makers = static_cast<std::size_t>(std::ranges::count_if(history, makes_layer));
  if (makers != diff_ids.size() || index >= makers) return nullptr;
  std::size_t seen = 0;
  for (const BuildStep& step : history) {
    if (makes_layer(step) && seen++ == index) return &step;
  }
  return nullptr;
}

bool ImageConfig::starts_as_root() const {
  const std::string_view name = std::string_view(user).substr(0, user.find(':'));
  return name.empty() || name == "root" || base::to_number(name) == 0U;
}

}  // namespace doorman::model

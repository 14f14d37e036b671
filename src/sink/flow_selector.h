// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/flow.h"

namespace doorman::sink {

/// What tells one container of a map from all others, in as few words as there are.
struct FlowSelector {
  std::vector<std::pair<std::string, std::string>> labels;  ///< at most two
  std::string name_space;                                   ///< where it is needed
  std::string repository, digest, workload;
};

/// For each identity of the graph; of those that are no container, nothing.
std::vector<FlowSelector> selectors_of(const model::FlowGraph& graph);

/// Only letters, digits and `._-/:@`: safe wherever words stand.
bool is_plain_word(std::string_view text);

}  // namespace doorman::sink

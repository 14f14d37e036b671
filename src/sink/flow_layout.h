// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/flow.h"
#include "sink/flow_text.h"

namespace doorman::sink {

/// Where everything of a picture stands, in pixels. The same graph gives the same places.
struct FlowLayout {
  static constexpr int box_width = 210, box_height = 48, column_gap = 170, margin = 24, head_height = 56;

  /// An identity, or the lane that a line takes past a column. Somebody outside who comes in and is gone to stands
  /// twice.
  struct Item {
    static constexpr std::uint32_t lane = 0xffffffff;
    std::uint32_t identity = lane;
    bool is_entry = false;  ///< in the column of those who come in
    int column = 0;
    int x = 0, y = 0, height = 0;  ///< the upper left corner
    [[nodiscard]] int middle() const { return y + height / 2; }
  };
  /// The items that a bundle's line goes through, from its source to its destination. Where that is no step to the
  /// right there are these two alone.
  using Path = std::vector<std::size_t>;

  std::vector<Item> items;
  std::vector<Path> paths;  ///< of each bundle
  int first_column = 0, width = 0, height = 0;
};

FlowLayout layout_of(const model::FlowGraph& graph, const std::vector<FlowBundle>& bundles);

}  // namespace doorman::sink

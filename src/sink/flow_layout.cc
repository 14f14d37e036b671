// SPDX-License-Identifier: Apache-2.0
// Columns by how far behind the entry something is, lanes for lines that pass a column, and an order in each column
// that keeps lines apart: the method of Sugiyama, Tagawa and Toda (1981), in its simplest form.
#include "sink/flow_layout.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace doorman::sink {
namespace {

using Item = FlowLayout::Item;

constexpr int row_gap = 26, lane_height = 14, lane_gap = 12, most_layers = 6, sweeps = 4;

bool is_container(const model::FlowIdentity& identity) {
  return identity.kind == model::FlowIdentity::Kind::container;
}

/// How many containers stand before each at most; circles end.
std::vector<int> layers_of(const model::FlowGraph& graph, const std::vector<FlowBundle>& bundles) {
  std::vector<int> layers(graph.identities.size(), 0);
  std::set<std::pair<std::uint32_t, std::uint32_t>> calls;
  for (const FlowBundle& bundle : bundles) calls.emplace(bundle.source, bundle.destination);
  for (int pass = 0; pass < most_layers; ++pass) {
    for (const auto& [source, destination] : calls) {
      if (source == destination || !is_container(graph.identities[source]) ||
          !is_container(graph.identities[destination])) {
        continue;
      }
      if (layers[destination] > layers[source] || layers[source] + 1 >= most_layers) continue;
      // Of two that call each other the first stays before the second.
      if (source > destination && calls.contains({destination, source})) continue;
      layers[destination] = layers[source] + 1;
    }
  }
  return layers;
}

class Layout {
 public:
  Layout(const model::FlowGraph& graph, const std::vector<FlowBundle>& bundles)
      : graph_(graph), bundles_(bundles) {}

  FlowLayout make() {
    place_identities();
    for (const FlowBundle& bundle : bundles_) add_path(bundle);
    order_columns();
    set_places();
    return std::move(layout_);
  }

 private:
  void place_identities() {
    const std::vector<int> layers = layers_of(graph_, bundles_);
    std::set<std::tuple<int, bool, std::uint32_t>> wanted;  // column, entry, identity
    int last = 1;
    for (std::uint32_t i = 0; i < graph_.identities.size(); ++i) {
      if (!is_container(graph_.identities[i])) continue;
      wanted.emplace(layers[i] + 1, false, i);
      last = std::max(last, layers[i] + 1);
    }
    for (const FlowBundle& bundle : bundles_) {
      if (!is_container(graph_.identities[bundle.source])) wanted.emplace(0, true, bundle.source);
      if (!is_container(graph_.identities[bundle.destination])) wanted.emplace(last + 1, false, bundle.destination);
    }
    layout_.first_column = wanted.empty() ? 0 : std::get<0>(*wanted.begin());
    for (const auto& [column, is_entry, identity] : wanted) {
      box_of_[{identity, is_entry}] = add({identity, is_entry, column, 0, 0, FlowLayout::box_height});
    }
  }

  std::size_t add(Item item) {
    const std::size_t index = layout_.items.size();
    columns_[item.column].push_back(index);
    layout_.items.push_back(item);
    return index;
  }

  void add_path(const FlowBundle& bundle) {
    const bool is_entry = !is_container(graph_.identities[bundle.source]);
    const std::size_t from = box_of_.at({bundle.source, is_entry}), to = box_of_.at({bundle.destination, false});
    FlowLayout::Path path = {from};
    for (int column = layout_.items[from].column + 1; column < layout_.items[to].column; ++column) {
      path.push_back(add({Item::lane, false, column, 0, 0, lane_height}));
    }
    path.push_back(to);
    layout_.paths.push_back(std::move(path));
  }

  /// Each item moves to the middle of those beside it, once from the left and once from the right in turn.
  void order_columns() {
    std::map<std::size_t, std::vector<std::size_t>> left, right;
    for (const FlowLayout::Path& path : layout_.paths) {
      for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        if (layout_.items[path[i]].column >= layout_.items[path[i + 1]].column) continue;
        right[path[i]].push_back(path[i + 1]);
        left[path[i + 1]].push_back(path[i]);
      }
    }
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      const bool is_rightward = sweep % 2 == 0;
      auto& beside = is_rightward ? left : right;
      if (is_rightward) {
        for (auto at = columns_.begin(); at != columns_.end(); ++at) sort_column(at->second, beside);
      } else {
        for (auto at = columns_.rbegin(); at != columns_.rend(); ++at) sort_column(at->second, beside);
      }
    }
  }

  void sort_column(std::vector<std::size_t>& column, std::map<std::size_t, std::vector<std::size_t>>& beside) {
    std::map<std::size_t, double> place;
    for (std::size_t row = 0; row < column.size(); ++row) {
      const auto& others = beside[column[row]];
      double sum = 0;
      for (const std::size_t other : others) sum += relative_place(other);
      place[column[row]] = others.empty() ? (static_cast<double>(row) + 0.5) / static_cast<double>(column.size())
                                          : sum / static_cast<double>(others.size());
    }
    std::ranges::stable_sort(column, {}, [&](std::size_t item) { return place.at(item); });
  }

  /// From 0, uppermost, to 1.
  [[nodiscard]] double relative_place(std::size_t item) const {
    const auto& column = columns_.at(layout_.items[item].column);
    const auto row = std::ranges::find(column, item) - column.begin();
    return (static_cast<double>(row) + 0.5) / static_cast<double>(column.size());
  }

  [[nodiscard]] int gap_behind(std::size_t item) const {
    return layout_.items[item].identity == Item::lane ? lane_gap : row_gap;
  }

  void set_places() {
    int tallest = FlowLayout::box_height;
    std::map<int, int> heights;
    for (const auto& [column, items] : columns_) {
      for (const std::size_t item : items) heights[column] += layout_.items[item].height + gap_behind(item);
      tallest = std::max(tallest, heights[column]);
    }
    for (const auto& [column, items] : columns_) {
      int y = FlowLayout::head_height + (tallest - heights[column]) / 2;
      for (const std::size_t index : items) {
        Item& item = layout_.items[index];
        item.x =
            FlowLayout::margin + (column - layout_.first_column) * (FlowLayout::box_width + FlowLayout::column_gap);
        item.y = y;
        y += item.height + gap_behind(index);
      }
    }
    const int columns = columns_.empty() ? 1 : columns_.rbegin()->first - layout_.first_column + 1;
    layout_.width =
        2 * FlowLayout::margin + columns * FlowLayout::box_width + (columns - 1) * FlowLayout::column_gap;
    layout_.height = FlowLayout::head_height + tallest + FlowLayout::margin;
  }

  const model::FlowGraph& graph_;
  const std::vector<FlowBundle>& bundles_;
  FlowLayout layout_;
  std::map<std::pair<std::uint32_t, bool>, std::size_t> box_of_;
  std::map<int, std::vector<std::size_t>> columns_;
};

}  // namespace

FlowLayout layout_of(const model::FlowGraph& graph, const std::vector<FlowBundle>& bundles) {
  return Layout(graph, bundles).make();
}

}  // namespace doorman::sink

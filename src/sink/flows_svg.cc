// SPDX-License-Identifier: Apache-2.0
// Boxes in columns, left to right as connections go. Everything from outside passes xml_text.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "sink/flow_layout.h"
#include "sink/flow_text.h"
#include "sink/flows.h"
#include "sink/terminal.h"

namespace doorman::sink {
namespace {

using Item = FlowLayout::Item;

constexpr std::size_t most_services = 4, most_name = 25, most_detail = 31;

constexpr std::string_view head =
    "<style>.page{fill:#fff}.head{font-size:13px;font-weight:600;fill:#57606a}"
    ".box{fill:#f6f8fa;stroke:#8c959f}.container{fill:#ddf4ff;stroke:#0969da}.host{fill:#fff8c5;stroke:#9a6700}"
    ".name{font-size:14px;font-weight:600;fill:#1f2328}.detail{font-size:11px;fill:#57606a}"
    ".line{fill:none;stroke:#57606a;stroke-width:1.5}.new{stroke:#bc4c00}"
    ".line.refused{stroke:#cf222e;stroke-dasharray:6 4}"
    ".label{font-size:11px;fill:#1f2328;stroke:#fff;stroke-width:4;paint-order:stroke;text-anchor:middle}"
    ".label.refused{fill:#cf222e}</style>\n"
    "<defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" "
    "orient=\"auto\"><path d=\"M0 0L10 5L0 10z\" fill=\"#57606a\"/></marker></defs>\n";

struct Point {
  int x = 0, y = 0;
};
struct Curve {
  Point from, bend_from, bend_to, to;

  [[nodiscard]] Point at(double t) const {
    const double s = 1 - t;
    const auto mix = [&](int a, int b, int c, int d) {
      return static_cast<int>(s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d);
    };
    return {mix(from.x, bend_from.x, bend_to.x, to.x), mix(from.y, bend_from.y, bend_to.y, to.y)};
  }
};

Curve step(const Item& from, const Item& to) {
  const Point begin{from.x + FlowLayout::box_width, from.middle()}, end{to.x, to.middle()};
  if (to.column > from.column) {
    const int bend = (end.x - begin.x) / 2;
    return {begin, {begin.x + bend, begin.y}, {end.x - bend, end.y}, end};
  }
  // Back, or to a neighbour below: around on the right.
  constexpr int aside = 10;
  const int far = std::max(from.x, to.x) + FlowLayout::box_width + FlowLayout::column_gap / 2;
  const Point back{to.x + FlowLayout::box_width, to.middle() - aside};
  return {{begin.x, begin.y + aside}, {far, begin.y + aside}, {far, back.y}, back};
}

class Picture {
 public:
  explicit Picture(const model::FlowGraph& graph)
      : graph_(graph), bundles_(bundles_of(graph, most_services)), layout_(layout_of(graph, bundles_)) {
    for (const FlowLayout::Path& path : layout_.paths) {
      ++leaving_[path[path.size() - 2]];
      ++arriving_[path.back()];
    }
  }

  std::string draw() {
    svg_ = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
        "font-family=\"system-ui, sans-serif\">\n{2}<rect class=\"page\" width=\"{0}\" height=\"{1}\"/>\n",
        layout_.width, layout_.height, head);
    draw_heads();
    for (std::size_t i = 0; i < bundles_.size(); ++i) draw_line(bundles_[i], layout_.paths[i]);
    for (const Item& item : layout_.items) {
      if (item.identity != Item::lane) draw_box(item);
    }
    for (std::size_t i = 0; i < bundles_.size(); ++i) draw_label(bundles_[i], layout_.paths[i]);
    return std::move(svg_) + "</svg>\n";
  }

 private:
  template <typename... Arguments>
  void put(fmt::format_string<Arguments...> pattern, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(svg_), pattern, std::forward<Arguments>(arguments)...);
  }

  void draw_heads() {
    std::map<int, std::string_view> heads;  // by place
    for (const Item& item : layout_.items) {
      if (item.identity == Item::lane) continue;
      const bool is_container = graph_.identities[item.identity].kind == model::FlowIdentity::Kind::container;
      if (!is_container) heads.emplace(item.x, item.is_entry ? "From outside" : "Outside");
      else if (item.column == 1) heads.emplace(item.x, "Containers");
    }
    for (const auto& [x, text] : heads) put("<text class=\"head\" x=\"{}\" y=\"32\">{}</text>\n", x, text);
  }

  void draw_box(const Item& item) {
    const model::FlowIdentity& identity = graph_.identities[item.identity];
    const std::string name = safe_text(name_of(identity)), detail = safe_text(detail_of(identity));
    put("<g><title>{}</title><rect class=\"box {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>"
        "<text class=\"name\" x=\"{}\" y=\"{}\">{}</text><text class=\"detail\" x=\"{}\" y=\"{}\">{}</text></g>\n",
        xml_text(name + " - " + detail), to_text(identity.kind), item.x, item.y, FlowLayout::box_width, item.height,
        item.x + 10, item.y + 20, xml_text(cut_end(name, most_name, "…")), item.x + 10, item.y + 37,
        xml_text(cut_start(detail, most_detail, "…")));
  }

  void draw_line(const FlowBundle& bundle, const FlowLayout::Path& path) {
    std::string line;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      const Curve curve = step(layout_.items[path[i]], layout_.items[path[i + 1]]);
      // A lane goes straight through its column.
      fmt::format_to(std::back_inserter(line), "{}{} {}C{} {} {} {} {} {}", i == 0 ? "M" : "L", curve.from.x,
                     curve.from.y, curve.bend_from.x, curve.bend_from.y, curve.bend_to.x, curve.bend_to.y,
                     curve.to.x, curve.to.y);
    }
    const std::string_view how = bundle.is_refused ? " refused" : (bundle.is_unknown ? " new" : "");
    put("<path class=\"line{}\" marker-end=\"url(#tip)\" d=\"{}\"/>\n", how, line);
  }

  /// In the gap before the destination, nearer to that of the two ends where fewer lines meet.
  void draw_label(const FlowBundle& bundle, const FlowLayout::Path& path) {
    constexpr double near_source = 0.36, near_destination = 0.66;
    const std::size_t from = path[path.size() - 2], to = path.back();
    const Curve curve = step(layout_.items[from], layout_.items[to]);
    const Point place = curve.at(leaving_[from] > arriving_[to] ? near_destination : near_source);
    constexpr int above = 5;
    put("<text class=\"label{}\" x=\"{}\" y=\"{}\">{}</text>\n", bundle.is_refused ? " refused" : "", place.x,
        place.y - above, xml_text(bundle.services));
  }

  const model::FlowGraph& graph_;
  std::vector<FlowBundle> bundles_;
  FlowLayout layout_;
  std::map<std::size_t, int> leaving_, arriving_;
  std::string svg_;
};

}  // namespace

std::string flows_svg(const model::FlowGraph& graph) { return Picture(graph).draw(); }

}  // namespace doorman::sink

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <iterator>

#include "sink/flow_text.h"
#include "sink/flows.h"

namespace doorman::sink {
namespace {

constexpr std::size_t most_services = 8;

/// A string of the DOT language, in which a backslash in a label means something: it is written as its code.
std::string dot_string(std::string_view text) {
  std::string made = "\"";
  for (const char c : safe_text(text)) {
    if (c == '"') made += "&quot;";
    else if (c == '\\') made += "&#92;";
    else if (c == '&') made += "&amp;";
    else if (c == '<') made += "&lt;";
    else if (c == '>') made += "&gt;";
    else made += c;
  }
  return made + "\"";
}

std::string_view shape_of(model::FlowIdentity::Kind kind) {
  switch (kind) {
    case model::FlowIdentity::Kind::container:
      return "box";
    case model::FlowIdentity::Kind::host:
      return "hexagon";
    case model::FlowIdentity::Kind::world:
      return "ellipse";
  }
  return "box";
}

}  // namespace

std::string flows_dot(const model::FlowGraph& graph) {
  std::string dot = "digraph flows {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", style=rounded];\n";
  for (std::size_t i = 0; i < graph.identities.size(); ++i) {
    const model::FlowIdentity& identity = graph.identities[i];
    fmt::format_to(std::back_inserter(dot), "  n{} [shape={}, label={}, tooltip={}];\n", i, shape_of(identity.kind),
                   dot_string(name_of(identity)), dot_string(detail_of(identity)));
  }
  for (const FlowBundle& bundle : bundles_of(graph, most_services)) {
    fmt::format_to(std::back_inserter(dot), "  n{} -> n{} [label={}{}];\n", bundle.source, bundle.destination,
                   dot_string(bundle.services), bundle.is_refused ? ", color=red, style=dashed" : "");
  }
  return dot + "}\n";
}

}  // namespace doorman::sink

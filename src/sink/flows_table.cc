// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "base/nanoseconds.h"
#include "sink/flow_text.h"
#include "sink/flows.h"
#include "sink/table_page.h"

namespace doorman::sink {
namespace {

constexpr std::size_t indent = 2, gap = 2, most_name = 40;

struct Row {
  std::array<std::string, 7> cells;  // from, to, port, connections, refused, bytes, last
  Style style = Style::plain;
};
constexpr std::array<std::string_view, 7> heads = {"FROM", "TO", "PORT", "CONNECTIONS", "REFUSED", "BYTES", "LAST"};

std::string time_text(std::uint64_t since_1970) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}",
                     fmt::gmtime(static_cast<std::time_t>(since_1970 / base::nanoseconds_a_second)));
}

std::string name_cell(const TablePage& page, const model::FlowIdentity& identity) {
  return cut_end(page.clean(safe_text(name_of(identity))), page.options().wide ? std::string::npos / 2 : most_name,
                 page.ellipsis());
}

Row row_of(const TablePage& page, const model::FlowGraph& graph, const model::FlowEdge& edge) {
  Row row;
  row.cells[0] = name_cell(page, graph.identities[edge.source]);
  row.cells[1] = name_cell(page, graph.identities[edge.destination]);
  row.cells[2] = service_of(edge.protocol, edge.port);
  row.cells[3] = grouped(edge.connections);
  if (edge.connections == 0 && edge.attempts > edge.refused) {
    row.cells[3] = fmt::format("0 of {}", grouped(edge.attempts - edge.refused));
  }
  row.cells[4] = edge.refused == 0 ? "-" : grouped(edge.refused);
  row.cells[5] = size_text(edge.sent + edge.received);
  row.cells[6] = time_text(edge.last);
  if (edge.refused > 0) row.style = Style::critical;
  else if (edge.unknown > 0) row.style = Style::warning;
  return row;
}

void put_rows(TablePage& page, const std::vector<Row>& rows) {
  std::array<std::size_t, heads.size()> widths{};
  for (std::size_t i = 0; i < heads.size(); ++i) {
    widths[i] = heads[i].size();
    for (const Row& row : rows) widths[i] = std::max(widths[i], display_width(row.cells[i]));
  }
  const auto put = [&](const auto& cells, Style style) {
    std::size_t column = indent;
    for (std::size_t i = 0; i < heads.size(); ++i) {
      page.pad_to(column, gap);
      page.put(cells[i], style);
      column += widths[i] + gap;
    }
    page.end_line();
  };
  put(heads, Style::quiet);
  for (const Row& row : rows) put(row.cells, row.style);
}

using Chosen = std::function<bool(const model::FlowEdge&)>;

void put_section(TablePage& page, const model::FlowGraph& graph, std::string_view title, const Chosen& chosen) {
  std::vector<Row> rows;
  for (const model::FlowEdge& edge : graph.edges) {
    if (chosen(edge)) rows.push_back(row_of(page, graph, edge));
  }
  if (rows.empty()) return;
  page.title(title);
  put_rows(page, rows);
}

void put_listeners(TablePage& page, const model::FlowGraph& graph) {
  if (graph.listeners.empty()) return;
  page.title("Listening");
  for (std::size_t i = 0; i < graph.listeners.size();) {
    const std::uint32_t identity = graph.listeners[i].identity;
    std::string services;
    for (; i < graph.listeners.size() && graph.listeners[i].identity == identity; ++i) {
      const model::FlowListener& each = graph.listeners[i];
      if (!services.empty()) services += ", ";
      services += service_of(each.protocol, each.port);
      if (each.refused) services += " (refused)";
    }
    page.pad_to(indent);
    page.put(name_cell(page, graph.identities[identity]));
    page.pad_to(indent + most_name + gap, gap);
    page.flow(services, indent + most_name + gap);
    page.end_line();
  }
}

}  // namespace

std::string flows_table(const model::FlowGraph& graph, const Options& options) {
  using model::FlowDirection;
  TablePage page(options);
  const auto going = [](FlowDirection direction) {
    return [=](const model::FlowEdge& edge) { return edge.direction == direction; };
  };
  const auto workloads =
      std::ranges::count(graph.identities, model::FlowIdentity::Kind::container, &model::FlowIdentity::kind);
  page.put(fmt::format("{}, {}", plural(static_cast<std::uint64_t>(workloads), "workload"),
                       plural(graph.edges.size(), "flow")),
           Style::strong);
  page.end_line();
  put_section(page, graph, "East-west: between containers", going(FlowDirection::internal));
  put_section(page, graph, "North-south: from containers out", going(FlowDirection::outbound));
  put_section(page, graph, "North-south: from outside in", going(FlowDirection::inbound));
  put_listeners(page, graph);
  if (graph.not_kept > 0) {
    page.title("Not kept");
    page.flow(fmt::format("{} did not fit into the map", plural(graph.not_kept, "record")), indent, Style::warning);
    page.end_line();
  }
  return page.take();
}

}  // namespace doorman::sink

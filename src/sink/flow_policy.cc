// SPDX-License-Identifier: Apache-2.0
#include "sink/flow_policy.h"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "sink/flow_selector.h"
#include "sink/flow_text.h"
#include "sink/table_page.h"

namespace doorman::sink {
namespace {

using model::FlowEdge;
using model::FlowGraph;
using model::FlowIdentity;

/// In quotes always: a value of plain words, as the condition language reads it.
std::string literal(std::string_view text) { return fmt::format("'{}'", text); }

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  return base::join(parts, between);
}

std::string condition_of(const FlowSelector& selector, std::string_view side) {
  std::vector<std::string> parts;
  parts.reserve(selector.labels.size());
  for (const auto& [key, value] : selector.labels) {
    parts.push_back(fmt::format("flow.{}.label[{}] = {}", side, key, literal(value)));
  }
  const auto add = [&](std::string_view field, const std::string& value) {
    if (!value.empty()) parts.push_back(fmt::format("flow.{}.{} = {}", side, field, literal(value)));
  };
  add("namespace", selector.name_space);
  add("image.repository", selector.repository);
  add("image.digest", selector.digest);
  add("workload", selector.workload);
  // Nothing about it may be written down: no container is meant, rather than all.
  return parts.empty() ? "flow.direction = none" : join(parts, " and ");
}

/// How an end outside is named in a condition; empty when nothing that may be written down tells it.
std::string outside_condition(const FlowIdentity& identity, std::string_view side) {
  switch (identity.kind) {
    case FlowIdentity::Kind::host:
      return fmt::format("flow.{}.identity = host", side);
    case FlowIdentity::Kind::container:
      return {};
    case FlowIdentity::Kind::world:
      break;
  }
  if (!identity.name.empty()) {
    return is_plain_word(identity.name) ? fmt::format("flow.{}.name = {}", side, literal(identity.name)) : "";
  }
  return fmt::format("flow.{}.network in ({})", side, literal(to_text(identity.network)));
}

/// What several edges to one end allow, by protocol.
using Ports = std::map<std::uint8_t, std::set<std::uint16_t>>;

std::string ports_condition(const Ports& ports) {
  std::vector<std::string> parts;
  for (const auto& [protocol, numbers] : ports) {
    const std::string_view name = model::protocol_name(protocol);
    std::string part = name.empty() ? "not flow.protocol exists" : fmt::format("flow.protocol = {}", name);
    std::vector<std::string> texts;
    for (const std::uint16_t number : numbers) {
      if (number != 0) texts.push_back(std::to_string(number));
    }
    if (!texts.empty()) part += fmt::format(" and flow.dst.port in ({})", join(texts, ", "));
    parts.push_back(ports.size() > 1 ? "(" + part + ")" : part);
  }
  const std::string all = join(parts, " or ");
  return ports.size() > 1 ? "(" + all + ")" : all;
}

/// A title may stand in quotes of YAML and in an output: no quotes, backslashes or percent signs.
std::string title_of(const FlowIdentity& identity) {
  std::string title;
  for (const char c : safe_text(name_of(identity))) {
    if (static_cast<unsigned char>(c) < 0x80 && is_plain_word({&c, 1})) title += c;
    else title += '?';
  }
  return title;
}

struct Rule {
  std::string name, desc, condition, output, action, priority;
};

void append(const Rule& rule, std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 "\n- rule: \"{}\"\n  desc: \"{}\"\n  source: flow\n  condition: >\n    {}\n  output: \"{}\"\n"
                 "  priority: {}\n  action: {}\n  tags: [flow, suggested]\n",
                 rule.name, rule.desc, rule.condition, rule.output, rule.priority, rule.action);
}

constexpr std::string_view own_ends = "(flow.exposure = local and flow.dst.identity = container)";

class Suggestion {
 public:
  explicit Suggestion(const FlowGraph& graph) : graph_(graph), selectors_(selectors_of(graph)) {
    for (const FlowEdge& edge : graph.edges) {
      const bool was_let_through = edge.connections > 0 || edge.attempts > edge.refused;
      if (was_let_through) edges_.push_back(&edge);
    }
  }

  std::string write() {
    std::string out =
        "# Made by `doorman flows suggest` from what was seen: look through it before you use it.\n"
        "# Each container may speak to whom it did, and to nobody else.\n";
    // Several identities may be meant by the same words: versions of one image.
    std::map<std::string, std::vector<std::uint32_t>> groups;
    for (std::uint32_t i = 0; i < graph_.identities.size(); ++i) {
      if (graph_.identities[i].kind != FlowIdentity::Kind::container) continue;
      groups[condition_of(selectors_[i], "src")].push_back(i);
    }
    for (const auto& [condition, members] : groups) append(outbound(condition, members), out);
    for (const auto& [condition, members] : groups) append_inbound(members, out);
    return out;
  }

 private:
  std::string unique(std::string name) {
    const int times = ++names_[name];
    return times == 1 ? name : fmt::format("{} ({})", name, times);
  }

  Rule outbound(const std::string& condition, const std::vector<std::uint32_t>& members) {
    const std::set<std::uint32_t> own(members.begin(), members.end());
    std::map<std::string, Ports> allowed;
    for (const FlowEdge* edge : edges_) {
      if (!own.contains(edge->source)) continue;
      const FlowIdentity& to = graph_.identities[edge->destination];
      const bool is_inside = to.kind == FlowIdentity::Kind::container;
      std::string who =
          is_inside ? condition_of(selectors_[edge->destination], "dst") : outside_condition(to, "dst");
      if (who.empty()) who = addresses_condition(*edge, "dst");
      if (!who.empty()) allowed[who][edge->protocol].insert(edge->port);
    }
    std::string text = condition + " and not (\n      " + std::string(own_ends);
    for (const auto& [who, ports] : allowed) {
      fmt::format_to(std::back_inserter(text), "\n      or ({} and {})", who, ports_condition(ports));
    }
    text += ")";
    const std::string title = title_of(graph_.identities[members.front()]);
    return {unique(title + " speaks to a stranger"),
            fmt::format("As was seen, {} speaks to {}; everybody else is refused.", title,
                        allowed.empty() ? "nobody" : plural(allowed.size(), "peer")),
            text,
            "%flow.src.workload (%flow.src.process) to %flow.dst.workload %flow.dst.name %flow.dst.address port "
            "%flow.dst.port %flow.protocol",
            "deny",
            "WARNING"};
  }

  /// Of a name that may not be written down.
  static std::string addresses_condition(const FlowEdge& edge, std::string_view side) {
    std::vector<std::string> networks;
    networks.reserve(edge.addresses.size());
    for (const base::IpAddress& address : edge.addresses) {
      networks.push_back(
          literal(to_text(base::IpNetwork{address, static_cast<std::uint8_t>(address.is_v6 ? 128 : 32)})));
    }
    return networks.empty() ? "" : fmt::format("flow.{}.network in ({})", side, join(networks, ", "));
  }

  /// From outside it matters how far away who comes is, not which address it has.
  void append_inbound(const std::vector<std::uint32_t>& members, std::string& out) {
    const std::set<std::uint32_t> own(members.begin(), members.end());
    std::map<std::string, Ports> allowed;
    for (const FlowEdge* edge : edges_) {
      if (!own.contains(edge->destination) || edge->direction != model::FlowDirection::inbound) continue;
      allowed[fmt::format("flow.exposure = {}", to_text(edge->exposure))][edge->protocol].insert(edge->port);
    }
    std::string text = condition_of(selectors_[members.front()], "dst") + " and flow.direction = inbound";
    std::vector<std::string> parts;
    parts.reserve(allowed.size());
    for (const auto& [who, ports] : allowed)
      parts.push_back(fmt::format("({} and {})", who, ports_condition(ports)));
    if (!parts.empty()) text += " and not (\n      " + join(parts, "\n      or ") + ")";
    const std::string title = title_of(graph_.identities[members.front()]);
    append({unique(title + " is reached in a new way"),
            fmt::format("As was seen, {} is reached from outside {}; everything else is told.", title,
                        allowed.empty() ? "by nobody" : "in " + plural(allowed.size(), "way")),
            text, "%flow.src.address (%flow.exposure) to %flow.dst.workload port %flow.dst.port %flow.protocol",
            "alert", "NOTICE"},
           out);
  }

  const FlowGraph& graph_;
  std::vector<FlowSelector> selectors_;
  std::vector<const FlowEdge*> edges_;
  std::map<std::string, int> names_;
};

}  // namespace

std::string suggested_policy(const FlowGraph& graph) { return Suggestion(graph).write(); }

}  // namespace doorman::sink

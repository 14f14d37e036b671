// SPDX-License-Identifier: Apache-2.0
// Source: Kubernetes API reference, NetworkPolicy v1. Strings are in quotes: they are plain words.
#include <fmt/format.h>

#include <cctype>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include "base/text.h"
#include "sink/flow_policy.h"
#include "sink/flow_selector.h"
#include "sink/flow_text.h"

namespace doorman::sink {
namespace {

using model::FlowEdge;
using model::FlowGraph;
using model::FlowIdentity;

/// RFC 1123's label, which names of objects must be.
std::string object_name(std::string_view text) {
  constexpr std::size_t longest = 50;
  std::string name;
  for (const char c : base::to_lower(text)) {
    const bool is_plain = base::is_alpha(c) || base::is_digit(c);
    if (is_plain) name += c;
    else if (!name.empty() && name.back() != '-') name += '-';
  }
  name = name.substr(0, longest);
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name.empty() ? "workload" : name;
}

std::string_view protocol_of(std::uint8_t protocol) {
  switch (protocol) {
    case model::protocol::tcp:
      return "TCP";
    case model::protocol::udp:
      return "UDP";
    case model::protocol::sctp:
      return "SCTP";
    default:
      return {};
  }
}

class Objects {
 public:
  explicit Objects(const FlowGraph& graph) : graph_(graph), selectors_(selectors_of(graph)) {}

  std::string write() {
    std::string out = "# Made by `doorman flows suggest --as networkpolicy` from what was seen: look through it.\n";
    std::set<std::string> done;
    for (std::uint32_t i = 0; i < graph_.identities.size(); ++i) {
      const FlowIdentity& identity = graph_.identities[i];
      if (identity.kind != FlowIdentity::Kind::container) continue;
      if (selectors_[i].labels.empty()) {
        fmt::format_to(std::back_inserter(out), "# {}: no label tells it from the others\n", comment(identity));
        continue;
      }
      if (done.insert(identity.name_space + "\n" + labels_of(i, 0)).second) append(i, out);
    }
    return out;
  }

 private:
  static std::string comment(const FlowIdentity& identity) { return safe_text(name_of(identity)); }

  [[nodiscard]] std::string labels_of(std::uint32_t which, std::size_t indent) const {
    std::string text;
    for (const auto& [key, value] : selectors_[which].labels) {
      fmt::format_to(std::back_inserter(text), "{:{}}\"{}\": \"{}\"\n", "", indent, key, value);
    }
    return text;
  }

  /// Those that the same labels in the same namespace choose.
  [[nodiscard]] bool is_same(std::uint32_t a, std::uint32_t b) const {
    return a == b || (graph_.identities[a].name_space == graph_.identities[b].name_space &&
                      !selectors_[a].labels.empty() && selectors_[a].labels == selectors_[b].labels);
  }

  [[nodiscard]] std::string peer(std::uint32_t other, std::uint32_t self, const FlowEdge& edge) const {
    const FlowIdentity& identity = graph_.identities[other];
    std::string text;
    if (identity.kind == FlowIdentity::Kind::container) {
      if (selectors_[other].labels.empty()) {
        return fmt::format("        # {}: no label tells it from the others\n", comment(identity));
      }
      text = "        - podSelector:\n            matchLabels:\n" + labels_of(other, 14);
      const bool is_elsewhere = identity.name_space != graph_.identities[self].name_space;
      if (is_elsewhere && is_plain_word(identity.name_space)) {
        fmt::format_to(std::back_inserter(text),
                       "          namespaceSelector:\n            matchLabels:\n"
                       "              \"kubernetes.io/metadata.name\": \"{}\"\n",
                       identity.name_space);
      }
      return text;
    }
    if (identity.kind == FlowIdentity::Kind::world && identity.name.empty()) {
      return fmt::format("        - ipBlock:\n            cidr: \"{}\"\n", to_text(identity.network));
    }
    text = fmt::format("        # {}\n", comment(identity));
    for (const base::IpAddress& address : edge.addresses) {
      fmt::format_to(std::back_inserter(text), "        - ipBlock:\n            cidr: \"{}/{}\"\n",
                     to_text(address), address.is_v6 ? 128 : 32);
    }
    return text;
  }

  void append_side(std::uint32_t self, bool is_egress, std::string& out) const {
    std::map<std::string, std::set<std::pair<std::string_view, std::uint16_t>>> rules;  // peer: ports
    for (const FlowEdge& edge : graph_.edges) {
      if (!is_same(is_egress ? edge.source : edge.destination, self)) continue;
      if (edge.connections == 0 && edge.attempts <= edge.refused) continue;
      const std::string_view protocol = protocol_of(edge.protocol);
      if (protocol.empty()) continue;
      rules[peer(is_egress ? edge.destination : edge.source, self, edge)].emplace(protocol, edge.port);
    }
    std::string text;
    for (const auto& [who, ports] : rules) {
      if (who.find("        - ") == std::string::npos) {  // nobody that can be said: not everybody instead
        text += who;
        continue;
      }
      fmt::format_to(std::back_inserter(text), "    - {}:\n{}      ports:\n", is_egress ? "to" : "from", who);
      for (const auto& [protocol, port] : ports) {
        fmt::format_to(std::back_inserter(text), "        - protocol: {}\n", protocol);
        if (port != 0) fmt::format_to(std::back_inserter(text), "          port: {}\n", port);
      }
    }
    const bool is_empty = text.find("    - ") == std::string::npos;
    fmt::format_to(std::back_inserter(out), "  {}:{}\n{}", is_egress ? "egress" : "ingress", is_empty ? " []" : "",
                   text);
  }

  void append(std::uint32_t which, std::string& out) {
    const FlowIdentity& identity = graph_.identities[which];
    std::string name = object_name(name_of(identity));
    const int times = ++names_[name];
    if (times > 1) name += fmt::format("-{}", times);
    fmt::format_to(std::back_inserter(out),
                   "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: \"{}-flows\"\n",
                   name);
    if (is_plain_word(identity.name_space)) {
      fmt::format_to(std::back_inserter(out), "  namespace: \"{}\"\n", identity.name_space);
    }
    out += "spec:\n  podSelector:\n    matchLabels:\n" + labels_of(which, 6) + "  policyTypes: [Ingress, Egress]\n";
    append_side(which, false, out);
    append_side(which, true, out);
  }

  const FlowGraph& graph_;
  std::vector<FlowSelector> selectors_;
  std::map<std::string, int> names_;
};

}  // namespace

std::string suggested_network_policies(const FlowGraph& graph) { return Objects(graph).write(); }

}  // namespace doorman::sink

// SPDX-License-Identifier: Apache-2.0
#include "sink/flow_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace doorman::sink {
namespace {

/// Of a sequence of three bytes: what turns or hides text (Unicode Standard Annex 9, section 2), and what XML
/// refuses.
std::uint32_t code_point(std::string_view three) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(three[i]); };
  return ((byte(0) & 0x0fU) << 12U) | ((byte(1) & 0x3fU) << 6U) | (byte(2) & 0x3fU);
}
bool is_treacherous(std::uint32_t point) {
  return (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2060 && point <= 0x206f) || point == 0x061c || point == 0xfeff || point >= 0xfffe;
}

}  // namespace

std::string safe_text(std::string_view text) {
  const std::string clean = base::printable(text);
  std::string safe;
  for (std::string_view rest = clean; !rest.empty();) {
    const std::size_t length = std::max<std::size_t>(base::utf8_length(rest), 1);
    const std::string_view one = rest.substr(0, length);
    rest.remove_prefix(length);
    if (one == "\xd8\x9c") safe += "\\u061c";
    else if (length == 3 && is_treacherous(code_point(one))) safe += fmt::format("\\u{:04x}", code_point(one));
    else safe += one;
  }
  return safe;
}

std::string xml_text(std::string_view text) {
  std::string escaped;
  for (const char c : safe_text(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

namespace {

std::string short_digest(std::string_view digest) {
  constexpr std::size_t shown = 12;
  return std::string(digest.substr(digest.find(':') + 1).substr(0, shown));
}

std::string network_text(const base::IpNetwork& network) {
  if (network.prefix == 0) return network.address.is_v6 ? "internet (IPv6)" : "internet";
  const bool is_one = network.prefix == (network.address.is_v6 ? 128 : 32);
  return is_one ? to_text(network.address) : to_text(network);
}

}  // namespace

std::string name_of(const model::FlowIdentity& identity) {
  switch (identity.kind) {
    case model::FlowIdentity::Kind::container: {
      std::string name = identity.workload;
      if (name.empty()) name = identity.repository.substr(identity.repository.rfind('/') + 1);
      if (name.empty()) name = identity.digest.empty() ? "container" : short_digest(identity.digest);
      return identity.name_space.empty() ? name : identity.name_space + "/" + name;
    }
    case model::FlowIdentity::Kind::host:
      return "this host";
    case model::FlowIdentity::Kind::world:
      return identity.name.empty() ? network_text(identity.network) : identity.name;
  }
  return {};
}

std::string detail_of(const model::FlowIdentity& identity) {
  switch (identity.kind) {
    case model::FlowIdentity::Kind::container: {
      const std::string digest = identity.digest.empty() ? "" : "@" + short_digest(identity.digest);
      return (identity.repository.empty() ? "unknown image" : identity.repository) + digest;
    }
    case model::FlowIdentity::Kind::host:
      return "host";
    case model::FlowIdentity::Kind::world:
      return identity.name.empty() ? "address" : "name";
  }
  return {};
}

std::string service_of(std::uint8_t protocol, std::uint16_t port) {
  const std::string_view known = model::protocol_name(protocol);
  const std::string name = known.empty() ? fmt::format("protocol {}", protocol) : std::string(known);
  return port == 0 ? name : fmt::format("{} {}", name, port);
}

std::vector<FlowBundle> bundles_of(const model::FlowGraph& graph, std::size_t most_services) {
  std::vector<FlowBundle> bundles;
  std::size_t services = 0, hidden = 0;
  std::uint8_t protocol = 0;
  const auto finish = [&] {
    if (hidden > 0) bundles.back().services += fmt::format(", +{}", hidden);
  };
  for (const model::FlowEdge& edge : graph.edges) {  // those of two identities stand together, by protocol and port
    const bool is_new =
        bundles.empty() || bundles.back().source != edge.source || bundles.back().destination != edge.destination;
    if (is_new) {
      if (!bundles.empty()) finish();
      bundles.push_back({edge.source, edge.destination, {}, false, false});
      services = hidden = 0;
    }
    FlowBundle& bundle = bundles.back();
    bundle.is_refused |= edge.refused > 0;
    bundle.is_unknown |= edge.unknown > 0;
    if (services++ >= most_services) {
      ++hidden;
      continue;
    }
    if (!bundle.services.empty()) bundle.services += ", ";
    bundle.services += services > 1 && protocol == edge.protocol && edge.port != 0
                           ? std::to_string(edge.port)
                           : service_of(edge.protocol, edge.port);
    protocol = edge.protocol;
  }
  if (!bundles.empty()) finish();
  return bundles;
}

}  // namespace doorman::sink

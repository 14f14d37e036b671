// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/flow.h"

/// Words that every form of the flow map uses. Names come from containers: whatever is shown goes through safe_text
/// first, and into XML through xml_text.
namespace doorman::sink {

/// base::printable, and what turns the direction of writing as \uNNNN, so that a name cannot pose as another.
std::string safe_text(std::string_view text);
/// safe_text with XML 1.0's marks escaped; may stand in text and between quotes.
std::string xml_text(std::string_view text);

/// `shop/web`, `this host`, `api.example`, `203.0.113.5`, `internet`; raw.
std::string name_of(const model::FlowIdentity& identity);
/// What stands behind the name: the image, or what kind of end it is; raw.
std::string detail_of(const model::FlowIdentity& identity);
/// `tcp 5432`, `icmp`, `protocol 132 9`
std::string service_of(std::uint8_t protocol, std::uint16_t port);

/// The edges between two identities as one: `tcp 80, 443`.
struct FlowBundle {
  std::uint32_t source = 0, destination = 0;
  std::string services;
  bool is_refused = false;  ///< some of it
  bool is_unknown = false;
};
std::vector<FlowBundle> bundles_of(const model::FlowGraph& graph, std::size_t most_services);

}  // namespace doorman::sink

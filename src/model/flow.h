// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "model/container.h"
#include "model/guard_record.h"

namespace doorman::model {

/// How far a connection reaches.
enum class FlowExposure : std::uint8_t {
  local,        ///< not beyond the container, its pod or this machine
  cluster,      ///< to another container
  private_net,  ///< told as `private`: to an address that is not routed on the internet
  internet,
};
std::string_view to_text(FlowExposure exposure);

/// As the watched side sees it; between two containers it is internal.
enum class FlowDirection : std::uint8_t { inbound, outbound, internal };
std::string_view to_text(FlowDirection direction);

/// What is done about the connections of an image's containers. The numbers are those of bpf/maps.h.
enum class FlowMode : std::uint8_t {
  off,
  discover,  ///< learn whom they speak to
  monitor,   ///< tell what is new
  protect,   ///< refuse what is new
};
std::string_view to_text(FlowMode mode);
std::optional<FlowMode> parse_flow_mode(std::string_view text);

namespace protocol {
inline constexpr std::uint8_t any = 0, icmp = 1, tcp = 6, udp = 17, icmpv6 = 58, sctp = 132, udplite = 136;
}  // namespace protocol
/// `tcp`, `udp`, `icmp`, `sctp`; empty for others.
std::string_view protocol_name(std::uint8_t number);

/// Who an end of a connection is: the same for all containers of one image and workload.
struct FlowIdentity {
  enum class Kind : std::uint8_t {
    container,
    host,   ///< this machine itself
    world,  ///< everything else
  };
  Kind kind = Kind::world;

  // Of a container; empty texts are not known.
  std::string digest;  ///< of its image's configuration
  std::string repository;
  std::string workload;
  std::string name_space;    ///< of Kubernetes, or the project of a compose file
  bool declared = false;     ///< the workload is said by labels or a pod; else it is a container's name
  Container::Labels labels;  ///< that all of its containers have, with those of their pods; sorted by key

  // Of the world: the name that was asked for, else where it is.
  std::string name;
  base::IpNetwork network;

  /// Who it is in one line: equal for equal identities, another for others. Raw, as its parts are.
  [[nodiscard]] std::string key() const;
  /// Who is meant when the image changes: what a learned map remembers a peer by. Raw.
  [[nodiscard]] std::string lasting_key() const;
  [[nodiscard]] const std::string* label(std::string_view name_of_it) const;

  bool operator==(const FlowIdentity&) const = default;
};
std::string_view to_text(FlowIdentity::Kind kind);

/// Who the container is. Its workload is named by its labels (app.kubernetes.io/name, app, k8s-app, the service of
/// a compose file), else by its pod without what a controller added, else it is the container's own name.
FlowIdentity identity_of(const Container& container);

/// One end of a connection. Pointers and texts belong to who made the flow.
struct FlowEnd {
  const FlowIdentity* identity = nullptr;  ///< never null in a flow
  const Container* container = nullptr;    ///< of a container's end
  base::IpAddress address;
  std::uint16_t port = 0;  ///< 0: not known
  std::string_view name;   ///< that the other end's container was told for the address
  std::string_view process;
  std::optional<std::uint32_t> trust, risk;  ///< 0 to 100
};

/// One flow record with both of its ends.
struct Flow {
  FlowRecord::Kind kind = FlowRecord::Kind::connect;
  FlowRecord::Verdict verdict = FlowRecord::Verdict::allowed;
  FlowDirection direction = FlowDirection::outbound;
  FlowExposure exposure = FlowExposure::internet;
  std::uint8_t protocol = 0;
  std::uint32_t repeats = 0;
  std::uint64_t sent = 0, received = 0;  ///< from the source, from the destination
  std::optional<bool> known;             ///< by the learned map of the watched side
  FlowEnd source, destination;
  std::uint64_t cgroup = 0;             ///< of the watched side, whose record it is
  bool is_told_by_destination = false;  ///< that side is the destination
};

/// Everything that was seen between two identities, to one port of the second.
struct FlowEdge {
  std::uint32_t source = 0, destination = 0;  ///< indices into FlowGraph::identities
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;
  FlowDirection direction = FlowDirection::outbound;
  FlowExposure exposure = FlowExposure::internet;
  std::uint64_t first = 0, last = 0;       ///< nanoseconds since boot
  std::uint64_t attempts = 0;              ///< connect and send
  std::uint64_t connections = 0;           ///< of tcp: established; of others: attempts that were let through
  std::uint64_t refused = 0;               ///< of the attempts
  std::uint64_t unknown = 0;               ///< let through, though the policy did not know it
  std::uint64_t sent = 0, received = 0;    ///< bytes from the source, from the destination
  std::vector<base::IpAddress> addresses;  ///< of the end outside, lowest first; at most max_addresses

  static constexpr std::size_t max_addresses = 16;
};

/// What an identity offers.
struct FlowListener {
  std::uint32_t identity = 0;
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;
  bool refused = false;

  bool operator==(const FlowListener&) const = default;
};

/// The map of who speaks to whom, for showing: in an order that depends on nothing but its content.
struct FlowGraph {
  std::vector<FlowIdentity> identities;
  std::vector<FlowEdge> edges;
  std::vector<FlowListener> listeners;
  std::uint64_t not_kept = 0;  ///< records that found no room
};

}  // namespace doorman::model

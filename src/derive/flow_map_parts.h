// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "derive/flow_map.h"

/// What FlowMap is made of: for the flow_map*.cc files alone.
namespace doorman::derive {

using Listening = std::pair<std::uint8_t, std::uint16_t>;  // protocol, port

/// An identity in the map.
struct FlowMap::Node {
  model::FlowIdentity identity;
  std::string key;
  std::size_t containers = 0;           // that ever were it
  std::map<Listening, bool> listeners;  // whether all that was seen of it was refused
  // Of a container's: whom it met outside, to keep that bounded.
  std::set<std::string, std::less<>> names;
  std::set<base::IpAddress> addresses;
  std::set<base::IpNetwork> networks;

  [[nodiscard]] bool is_container() const { return identity.kind == model::FlowIdentity::Kind::container; }
};

/// A container that lives, or did until lately.
struct FlowMap::Live {
  std::uint64_t cgroup = 0;
  model::Container container;
  Node* node = nullptr;
  std::vector<base::IpAddress> addresses;
  std::size_t learned = 0;
  std::set<Listening> listening;
  bool gone = false;

  [[nodiscard]] bool on_host_network() const { return container.host_network.value_or(false); }
  [[nodiscard]] bool shares_pod(const Live& other) const {
    return !container.pod_uid.empty() && container.pod_uid == other.container.pod_uid;
  }
  [[nodiscard]] bool listens(std::uint16_t port) const {
    return std::ranges::any_of(listening, [&](const Listening& each) { return each.second == port; });
  }
};

struct FlowMap::Edge {
  struct Side {
    std::uint64_t attempts = 0, connections = 0, sent = 0, received = 0;
    Side& operator+=(const Side& other) {
      attempts += other.attempts;
      connections += other.connections;
      sent += other.sent;
      received += other.received;
      return *this;
    }
  };
  std::uint64_t first = 0, last = 0, refused = 0, unknown = 0;
  Side client, server;  // what each of the ends told of the same connections
  model::FlowExposure exposure = model::FlowExposure::internet;
  std::vector<base::IpAddress> addresses;

  void add(const Edge& other);
  void add_address(const base::IpAddress& address);
};

/// Whose an address turned out to be.
struct FlowMap::Resolved {
  const Live* live = nullptr;
  bool is_host = false;
  bool is_self = false;
  model::FlowExposure exposure = model::FlowExposure::internet;
};

}  // namespace doorman::derive

// SPDX-License-Identifier: Apache-2.0
// Who is in the map: containers as they come and go, whose addresses are, and the graph that is shown.
#include <tuple>
#include <utility>

#include "derive/flow_address.h"
#include "derive/flow_map_parts.h"

namespace doorman::derive {

using model::FlowDirection;
using model::FlowExposure;
using model::FlowIdentity;

std::size_t FlowMap::EdgeHash::operator()(const EdgeKey& key) const {
  const auto mix = [](std::size_t hash, std::size_t more) { return (hash ^ more) * 0x9e3779b97f4a7c15U; };
  std::size_t hash = mix(std::hash<const void*>()(key.source), std::hash<const void*>()(key.destination));
  hash = mix(hash ^ (hash >> 32U), (std::size_t{key.protocol} << 16U) | key.port);
  return hash ^ (hash >> 32U);
}

void FlowMap::Edge::add_address(const base::IpAddress& address) {
  const auto place = std::ranges::lower_bound(addresses, address);
  if (place != addresses.end() && *place == address) return;
  if (addresses.size() < model::FlowEdge::max_addresses) addresses.insert(place, address);
}

void FlowMap::Edge::add(const Edge& other) {
  first = std::min(first, other.first);
  if (other.last >= last) exposure = other.exposure;
  last = std::max(last, other.last);
  refused += other.refused;
  unknown += other.unknown;
  client += other.client;
  server += other.server;
  for (const base::IpAddress& address : other.addresses) add_address(address);
}

FlowMap::Node* FlowMap::find_or_add(FlowIdentity identity) {
  std::string key = identity.key();
  const auto found = nodes_.find(key);
  if (found != nodes_.end()) return found->second.get();
  if (nodes_.size() >= limits_.identities) return nullptr;
  auto node = std::make_unique<Node>();
  node->identity = std::move(identity);
  node->key = key;
  return nodes_.emplace(std::move(key), std::move(node)).first->second.get();
}

/// Containers that name themselves could make any number of workloads of one image.
FlowMap::Node* FlowMap::node_of(const model::Container& container) {
  FlowIdentity identity = model::identity_of(container);
  if (!identity.declared && !nodes_.contains(identity.key())) {
    std::size_t& count = workloads_[identity.digest.empty() ? identity.repository : identity.digest];
    if (count >= limits_.workloads) identity.workload.clear();
    else ++count;
  }
  Node* node = find_or_add(identity);
  if (node == nullptr) return nullptr;
  if (node->containers++ == 0) {
    node->identity.labels = std::move(identity.labels);
  } else {
    std::erase_if(node->identity.labels,
                  [&](const auto& label) { return !std::ranges::binary_search(identity.labels, label); });
  }
  return node;
}

/// More is known of a container than before, and nobody else was what it was.
void FlowMap::merge(Node* from, Node* into) {
  for (const auto& [which, refused] : from->listeners) {
    const auto [at, is_new] = into->listeners.emplace(which, refused);
    if (!is_new) at->second = at->second && refused;
  }
  move_edges(from, into);
  into->names.merge(from->names);
  into->addresses.merge(from->addresses);
  into->networks.merge(from->networks);
  for (auto& [cgroup, live] : live_) {
    if (live->node == from) live->node = into;
  }
  const std::string key = from->key;
  nodes_.erase(key);
}

/// Whatever the one node had is the other's from now on.
void FlowMap::move_edges(const Node* from, Node* into) {
  std::vector<std::pair<EdgeKey, Edge>> moved;
  for (auto at = edges_.begin(); at != edges_.end();) {
    const bool is_meant = at->first.source == from || at->first.destination == from;
    if (is_meant) {
      moved.emplace_back(at->first, std::move(at->second));
      at = edges_.erase(at);
    } else {
      ++at;
    }
  }
  for (auto& [key, edge] : moved) {
    if (key.source == from) key.source = into;
    if (key.destination == from) key.destination = into;
    if (key.source->is_container() && key.destination->is_container()) {
      edge.exposure = FlowExposure::cluster;
      edge.addresses.clear();
    }
    const auto [at, is_new] = edges_.try_emplace(key, edge);
    if (!is_new) at->second.add(edge);
  }
}

void FlowMap::set_container(std::uint64_t cgroup, const model::Container& container) {
  auto& live = live_[cgroup];
  const bool is_new = live == nullptr;
  if (is_new) {
    live = std::make_unique<Live>();
    live->cgroup = cgroup;
  }
  const std::string key = live->node == nullptr ? std::string() : live->node->key;
  live->container = container;
  live->container.names = {};  // are of no use here, and long
  live->container.mounts.clear();
  if (live->node == nullptr || model::identity_of(container).key() != key) {
    Node* node = node_of(container);
    if (node == nullptr) {
      ++not_kept_;
      if (is_new) live_.erase(cgroup);
      return;
    }
    Node* before = std::exchange(live->node, node);
    if (before != nullptr && before != node && before->containers == 1) merge(before, node);
  }
  live->gone = false;
  if (const auto address = base::IpAddress::parse(container.ip)) claim_address(*live, *address, true);
}

void FlowMap::remove_container(std::uint64_t cgroup) {
  const auto found = live_.find(cgroup);
  if (found == live_.end() || found->second->gone) return;
  found->second->gone = true;
  gone_.push_back(cgroup);
  if (gone_.size() > limits_.recently_gone) forget_oldest_gone();
}

void FlowMap::remove_all_containers() {
  live_.clear();
  gone_.clear();
  owners_.clear();
}

void FlowMap::forget_oldest_gone() {
  const std::uint64_t cgroup = gone_.front();
  gone_.pop_front();
  const auto found = live_.find(cgroup);
  if (found == live_.end() || !found->second->gone) return;
  for (const base::IpAddress& address : found->second->addresses) {
    const auto owners = owners_.find(address);
    if (owners == owners_.end()) continue;
    std::erase(owners->second, cgroup);
    if (owners->second.empty()) owners_.erase(owners);
  }
  live_.erase(found);
}

/// An address that a container has by its own doing is believed only where it takes nothing from another's.
void FlowMap::claim_address(Live& live, const base::IpAddress& address, bool by_engine) {
  if (is_loopback(address) || is_unspecified(address) || host_addresses_.contains(address)) return;
  if (std::ranges::find(live.addresses, address) != live.addresses.end()) return;
  if (!by_engine &&
      (live.on_host_network() || live.gone || !is_private(address) || live.learned >= limits_.learned_addresses)) {
    return;
  }
  auto& owners = owners_[address];
  const auto is_anothers = [&](std::uint64_t cgroup) {
    const Live& other = *live_.at(cgroup);
    return !other.gone && !other.shares_pod(live);
  };
  if (!by_engine && std::ranges::any_of(owners, is_anothers)) return;
  std::erase_if(owners, [&](std::uint64_t cgroup) { return live_.at(cgroup)->gone; });
  owners.push_back(live.cgroup);
  live.addresses.push_back(address);
  if (!by_engine) ++live.learned;
  adopt_address(address, live.node);
}

/// What was seen at the address a moment ago, before anybody knew whose it is, was this one.
void FlowMap::adopt_address(const base::IpAddress& address, Node* owner) {
  constexpr std::uint64_t moment = 60'000'000'000;
  if (outside_addresses_.erase(address) == 0) return;
  std::vector<std::pair<EdgeKey, Edge>> moved;
  for (auto at = edges_.begin(); at != edges_.end();) {
    const Edge& edge = at->second;
    const bool is_meant =
        edge.addresses.size() == 1 && edge.addresses.front() == address && edge.last + moment >= clock_;
    if (is_meant) {
      moved.emplace_back(at->first, std::move(at->second));
      at = edges_.erase(at);
    } else {
      ++at;
    }
  }
  for (auto& [key, edge] : moved) {
    (key.source->is_container() ? key.destination : key.source) = owner;
    edge.exposure = owner->is_container() ? FlowExposure::cluster : FlowExposure::local;
    edge.addresses.clear();
    if (key.source == key.destination) continue;
    const auto [at, is_new] = edges_.try_emplace(key, edge);
    if (!is_new) at->second.add(edge);
  }
}

/// By its name, else by its address; of too many, by what they have in common.
FlowMap::Node* FlowMap::outside_node(Node& inner, const base::IpAddress& address, std::string_view name) {
  const auto has_room = [](auto& known, const auto& which, std::size_t most) {
    if (known.contains(which)) return true;
    if (known.size() >= most) return false;
    known.emplace(which);
    return true;
  };
  FlowIdentity identity;
  if (!name.empty() && has_room(inner.names, name, limits_.peers_outside)) identity.name = name;
  else if (has_room(inner.addresses, address, limits_.peers_outside)) identity.network = network_of(address);
  else if (has_room(inner.networks, site_of(address), limits_.networks_outside))
    identity.network = site_of(address);
  else identity.network = class_of(address);
  return find_or_add(std::move(identity));
}

namespace {

auto order_of(const FlowIdentity& identity) {
  return std::tie(identity.kind, identity.name_space, identity.workload, identity.repository, identity.digest,
                  identity.name, identity.network);
}

}  // namespace

model::FlowGraph FlowMap::graph() const {
  std::set<const Node*> used;
  for (const auto& [key, edge] : edges_) {
    used.insert(key.source);
    used.insert(key.destination);
  }
  for (const auto& [key, node] : nodes_) {
    if (node->is_container()) used.insert(node.get());
  }
  std::vector<const Node*> nodes(used.begin(), used.end());
  std::ranges::sort(nodes,
                    [](const Node* a, const Node* b) { return order_of(a->identity) < order_of(b->identity); });

  model::FlowGraph graph;
  graph.not_kept = not_kept_;
  std::map<const Node*, std::uint32_t> index;
  for (const Node* node : nodes) {
    const auto number = static_cast<std::uint32_t>(graph.identities.size());
    index[node] = number;
    graph.identities.push_back(node->identity);
    for (const auto& [which, refused] : node->listeners) {
      graph.listeners.push_back({number, which.first, which.second, refused});
    }
  }
  for (const auto& [key, edge] : edges_) {
    model::FlowEdge made;
    made.source = index.at(key.source);
    made.destination = index.at(key.destination);
    made.protocol = key.protocol;
    made.port = key.port;
    const bool from_container = key.source->is_container(), to_container = key.destination->is_container();
    if (from_container) made.direction = to_container ? FlowDirection::internal : FlowDirection::outbound;
    else made.direction = FlowDirection::inbound;
    made.exposure = edge.exposure;
    made.first = edge.first;
    made.last = edge.last;
    made.refused = edge.refused;
    made.unknown = edge.unknown;
    // Both ends tell of the same connections, and either may have been told incompletely.
    made.attempts = std::max(edge.client.attempts, edge.server.attempts);
    made.connections = std::max(edge.client.connections, edge.server.connections);
    made.sent = std::max(edge.client.sent, edge.server.sent);
    made.received = std::max(edge.client.received, edge.server.received);
    made.addresses = edge.addresses;
    graph.edges.push_back(std::move(made));
  }
  std::ranges::sort(graph.edges, {}, [](const model::FlowEdge& edge) {
    return std::tuple(edge.source, edge.destination, edge.protocol, edge.port);
  });
  return graph;
}

}  // namespace doorman::derive

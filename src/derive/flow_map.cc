// SPDX-License-Identifier: Apache-2.0
#include "derive/flow_map.h"

#include <utility>

#include "derive/flow_address.h"
#include "derive/flow_map_parts.h"
#include "derive/image_words.h"

namespace doorman::derive {

using model::EventObject;
using model::Flow;
using model::FlowDirection;
using model::FlowEnd;
using model::FlowExposure;
using model::FlowIdentity;
using model::FlowRecord;

FlowMap::FlowMap(const AddressNames& names, FlowLimits limits) : names_(names), limits_(limits) {
  FlowIdentity host;
  host.kind = FlowIdentity::Kind::host;
  host_ = find_or_add(host);
}
FlowMap::~FlowMap() = default;

void FlowMap::set_host_addresses(std::span<const base::IpAddress> addresses) {
  host_addresses_ = {addresses.begin(), addresses.end()};
  for (const base::IpAddress& address : addresses) {
    if (!owners_.contains(address)) adopt_address(address, host_);
  }
}

std::optional<Flow> FlowMap::apply(const model::EventRecord& record, const FlowRecord& told,
                                   std::string_view process) {
  if (!record.has_object || !record.object.is_ip()) return std::nullopt;
  const auto found = live_.find(record.cgroup);
  if (found == live_.end()) return std::nullopt;
  Live& live = *found->second;
  clock_ = std::max(clock_, record.time);
  if (told.kind == FlowRecord::Kind::bind || told.kind == FlowRecord::Kind::listen) {
    note_listener(live, record, told);
    return std::nullopt;
  }
  const EventObject& object = record.object;
  const bool is_server = object.is(EventObject::server);
  if (told.kind == FlowRecord::Kind::established && object.local != object.remote) {
    claim_address(live, object.local, false);
    if (is_server) live.listening.emplace(object.protocol, object.local_port);
  }
  const Resolved other = resolve(object.remote, is_server ? 0 : object.remote_port, live);

  Flow flow;
  flow.kind = told.kind;
  flow.verdict = told.verdict;
  flow.protocol = object.protocol;
  flow.repeats = told.repeats;
  flow.exposure = other.exposure;
  flow.cgroup = record.cgroup;
  flow.is_told_by_destination = is_server;
  FlowEnd& own_end = is_server ? flow.destination : flow.source;
  FlowEnd& other_end = is_server ? flow.source : flow.destination;
  flow.sent = is_server ? told.received : told.sent;
  flow.received = is_server ? told.sent : told.received;
  own_end.address = object.local;
  own_end.port = object.local_port;
  own_end.process = process;
  fill_end(own_end, &live);
  other_end.address = object.remote;
  other_end.port = object.remote_port;
  if (!is_server) other_end.name = names_.name_of(object.remote, record.cgroup);
  Node* node = other.is_host ? host_ : other.live != nullptr ? other.live->node : nullptr;
  if (node == nullptr) node = outside_node(*live.node, object.remote, other_end.name);
  if (node == nullptr) {
    ++not_kept_;
    return std::nullopt;
  }
  other_end.identity = &node->identity;
  fill_end(other_end, other.live);
  if (node->is_container()) flow.direction = FlowDirection::internal;
  else flow.direction = is_server ? FlowDirection::inbound : FlowDirection::outbound;
  if (!other.is_self) {
    const EdgeKey key{is_server ? node : live.node, is_server ? live.node : node, object.protocol,
                      is_server ? object.local_port : object.remote_port};
    const bool is_outside = node->identity.kind == FlowIdentity::Kind::world;
    count(key, flow, record.time, is_outside ? &object.remote : nullptr, !is_server);
  }
  return flow;
}

void FlowMap::fill_end(FlowEnd& end, const Live* live) const {
  if (live == nullptr) return;
  end.identity = &live->node->identity;
  end.container = &live->container;
  end.trust = trust_of(live->container, image_words_);
  end.risk = risk_of(live->container);
}

void FlowMap::count(const EdgeKey& key, const Flow& flow, std::uint64_t time, const base::IpAddress* outside,
                    bool told_by_client) {
  const auto found = edges_.find(key);
  if (found == edges_.end() && edges_.size() >= limits_.edges) {
    ++not_kept_;
    return;
  }
  const std::uint64_t times = std::uint64_t{flow.repeats} + 1;
  Edge more;
  more.first = more.last = time;
  more.exposure = flow.exposure;
  Edge::Side& side = told_by_client ? more.client : more.server;
  const bool is_attempt = flow.kind == FlowRecord::Kind::connect || flow.kind == FlowRecord::Kind::send;
  const bool is_refused = flow.verdict == FlowRecord::Verdict::refused;
  if (is_attempt) side.attempts = times;
  if (is_refused) more.refused = times;
  if (flow.verdict == FlowRecord::Verdict::unknown) more.unknown = times;
  const bool is_stream = flow.protocol == model::protocol::tcp;
  if (flow.kind == FlowRecord::Kind::established || (is_attempt && !is_stream && !is_refused)) {
    side.connections = times;
  }
  side.sent = flow.sent;
  side.received = flow.received;
  if (outside != nullptr) {
    more.add_address(*outside);
    if (outside_addresses_.size() < limits_.edges) outside_addresses_.insert(*outside);
  }
  if (found == edges_.end()) edges_.emplace(key, std::move(more));
  else found->second.add(more);
}

void FlowMap::note_listener(Live& live, const model::EventRecord& record, const FlowRecord& told) {
  const std::uint16_t port = record.object.local_port;
  if (port == 0) return;
  // A bound port of a datagram socket answers; that of a stream only once it listens.
  const bool is_refused = told.verdict == FlowRecord::Verdict::refused;
  const bool offers = told.kind == FlowRecord::Kind::listen || record.object.protocol != model::protocol::tcp;
  if (!offers && !is_refused) return;
  const Listening which{record.object.protocol, port};
  if (!is_refused && live.listening.size() < limits_.listeners) live.listening.insert(which);
  auto& listeners = live.node->listeners;
  const auto found = listeners.find(which);
  if (found != listeners.end()) found->second = found->second && is_refused;
  else if (listeners.size() < limits_.listeners) listeners.emplace(which, is_refused);
  else ++not_kept_;
}

/// Of several containers at one address (a pod's) the one that listens there is meant.
const FlowMap::Live* FlowMap::owner_of(const base::IpAddress& address, std::uint16_t port,
                                       const Live* asking) const {
  if (asking != nullptr && std::ranges::find(asking->addresses, address) != asking->addresses.end() &&
      (port == 0 || asking->listens(port))) {
    return asking;
  }
  const auto found = owners_.find(address);
  if (found == owners_.end()) return nullptr;
  const Live* best = nullptr;
  const auto rank = [&](const Live& live) { return (live.gone ? 0 : 2) + (live.listens(port) ? 1 : 0); };
  for (const std::uint64_t cgroup : found->second) {
    const Live& each = *live_.at(cgroup);
    if (best == nullptr || rank(each) > rank(*best)) best = &each;
  }
  return best;
}

/// Who else is where the container's own loopback is: its pod, and everybody on the host's network.
const FlowMap::Live* FlowMap::neighbour_of(const Live& asking, std::uint16_t port) const {
  if (asking.listens(port)) return &asking;
  const Live* best = nullptr;
  for (const auto& [cgroup, live] : live_) {
    const bool is_near = live->shares_pod(asking) || (asking.on_host_network() && live->on_host_network());
    if (!live->gone && is_near && live->listens(port) && (best == nullptr || cgroup < best->cgroup))
      best = live.get();
  }
  return best;
}

FlowMap::Resolved FlowMap::resolve(const base::IpAddress& address, std::uint16_t port, const Live& asking) const {
  Resolved found;
  if (is_loopback(address) || is_unspecified(address)) {
    found.exposure = FlowExposure::local;
    found.live = port == 0 ? nullptr : neighbour_of(asking, port);
    if (found.live == nullptr && asking.on_host_network()) found.is_host = true;
    else if (found.live == nullptr) found.live = &asking;
    found.is_self = found.live == &asking;
    return found;
  }
  found.live = owner_of(address, port, &asking);
  if (found.live != nullptr) {
    found.is_self = found.live == &asking;
    found.exposure = found.is_self || found.live->shares_pod(asking) ? FlowExposure::local : FlowExposure::cluster;
    return found;
  }
  if (host_addresses_.contains(address)) {
    found.exposure = FlowExposure::local;
    for (const auto& [cgroup, live] : live_) {
      const bool is_meant = !live->gone && live->on_host_network() && port != 0 && live->listens(port);
      if (is_meant && (found.live == nullptr || cgroup < found.live->cgroup)) found.live = live.get();
    }
    found.is_host = found.live == nullptr;
    found.is_self = found.live == &asking;
    if (found.live != nullptr && !found.is_self) found.exposure = FlowExposure::cluster;
    return found;
  }
  found.exposure = is_private(address) ? FlowExposure::private_net : FlowExposure::internet;
  return found;
}

FlowEnd FlowMap::end_of(std::uint64_t cgroup) const {
  FlowEnd end;
  const auto found = live_.find(cgroup);
  if (found != live_.end()) fill_end(end, found->second.get());
  return end;
}

std::vector<FlowEnd> FlowMap::peers_of(std::uint64_t cgroup) const {
  std::vector<FlowEnd> peers;
  for (const auto& [address, cgroups] : owners_) {
    for (const std::uint64_t each : cgroups) {
      const Live& live = *live_.at(each);
      if (live.gone || each == cgroup) continue;
      FlowEnd end;
      end.address = address;
      fill_end(end, &live);
      end.name = names_.name_of(address, cgroup);
      peers.push_back(end);
    }
  }
  for (const base::IpAddress& address : host_addresses_) {
    if (owners_.contains(address)) continue;
    FlowEnd end;
    end.address = address;
    end.identity = &host_->identity;
    peers.push_back(end);
  }
  std::ranges::stable_sort(peers, {}, &FlowEnd::address);
  return peers;
}

}  // namespace doorman::derive

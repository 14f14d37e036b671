// SPDX-License-Identifier: Apache-2.0
#include "derive/learned_flows.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.h"
#include "base/json_writer.h"
#include "derive/flow_address.h"

namespace doorman::derive {
namespace {

using model::Flow;
using model::FlowEntry;
using model::FlowIdentity;
using model::FlowMode;
using Item = LearnedFlows::Item;
using What = Item::What;

constexpr auto words = std::to_array<std::pair<std::string_view, What>>(
    {{"connect", What::connect}, {"listen", What::listen}, {"accept", What::accept}});

std::string_view to_text(What what) {
  switch (what) {
    case What::connect:
      return "connect";
    case What::listen:
      return "listen";
    case What::accept:
      return "accept";
  }
  return {};
}

Item item_of(const Flow& flow, bool is_accept) {
  Item item;
  item.what = is_accept ? What::accept : What::connect;
  item.protocol = flow.protocol;
  item.port = flow.destination.port;
  const FlowIdentity& peer = is_accept ? *flow.source.identity : *flow.destination.identity;
  item.peer = peer.lasting_key();
  if (peer.kind != FlowIdentity::Kind::world) return item;
  if (is_accept) item.peer = std::string(model::to_text(flow.exposure));
  else if (!peer.name.empty()) item.name = peer.name;
  else item.network = peer.network;
  return item;
}

base::IpNetwork all_of(bool is_v6) {
  base::IpNetwork all;
  all.address.is_v6 = is_v6;
  return all;
}

/// Ephemeral ports say nothing: whoever accepts on one was given it by the kernel.
bool has_port(std::uint8_t protocol) {
  return protocol != model::protocol::icmp && protocol != model::protocol::icmpv6;
}

}  // namespace

std::optional<bool> LearnedFlows::note(const std::string& digest, Item item, bool learns) {
  if (digest.empty()) return std::nullopt;
  const auto image = images_.find(digest);
  if (image != images_.end() && image->second.contains(item)) return true;
  if (!learns) return false;
  if (image == images_.end() ? images_.size() >= limits_.images : image->second.size() >= limits_.flows) {
    ++not_kept_;
    return false;
  }
  images_[digest].insert(std::move(item));
  changed_ = true;
  return false;
}

std::optional<bool> LearnedFlows::note(const Flow& flow, FlowMode mode) {
  if (flow.source.identity == nullptr || flow.destination.identity == nullptr) return std::nullopt;
  const bool is_accept = flow.is_told_by_destination;
  const FlowIdentity& self = is_accept ? *flow.destination.identity : *flow.source.identity;
  const bool learns = mode == FlowMode::discover && flow.verdict != model::FlowRecord::Verdict::refused;
  return note(self.digest, item_of(flow, is_accept), learns);
}

std::optional<bool> LearnedFlows::note_listen(const std::string& digest, std::uint8_t protocol, std::uint16_t port,
                                              FlowMode mode) {
  Item item;
  item.what = What::listen;
  item.protocol = protocol;
  item.port = port;
  return note(digest, std::move(item), mode == FlowMode::discover);
}

const std::set<Item>& LearnedFlows::of(const std::string& digest) const {
  static const std::set<Item> nothing;
  const auto found = images_.find(digest);
  return found == images_.end() ? nothing : found->second;
}

std::vector<FlowEntry> LearnedFlows::entries(const model::FlowEnd& self, std::uint64_t cgroup,
                                             std::span<const model::FlowEnd> peers,
                                             const AddressNames& names) const {
  std::vector<FlowEntry> entries;
  if (self.identity == nullptr) return entries;
  if (self.container == nullptr || !self.container->host_network.value_or(false)) {
    for (const char* const text : {"127.0.0.0/8", "::1/128"}) {
      const auto loopback = base::IpNetwork::parse(text).value_or(base::IpNetwork{});
      entries.push_back({model::protocol::any, 0, loopback, FlowEntry::Act::allow, false});
      entries.push_back({model::protocol::any, 0, loopback, FlowEntry::Act::allow, true});
    }
  }
  for (const Item& item : of(self.identity->digest)) {
    const std::uint16_t port = has_port(item.protocol) ? item.port : std::uint16_t{0};
    const auto allow = [&](const base::IpNetwork& network, bool bind) {
      entries.push_back({item.protocol, port, network, FlowEntry::Act::allow, bind});
    };
    switch (item.what) {
      case What::accept:
        break;  // the kernel asks nobody who is let in
      case What::listen:
        allow(all_of(false), true);
        allow(all_of(true), true);
        break;
      case What::connect:
        if (item.network) allow(*item.network, false);
        for (const auto& address :
             item.name.empty() ? std::vector<base::IpAddress>() : names.addresses_of(item.name, cgroup)) {
          allow(network_of(address), false);
        }
        for (const model::FlowEnd& peer : peers) {
          if (peer.identity->lasting_key() == item.peer) allow(network_of(peer.address), false);
        }
        break;
    }
  }
  return entries;
}

std::vector<model::FlowName> LearnedFlows::names(const std::string& digest) const {
  std::vector<model::FlowName> names;
  for (const Item& item : of(digest)) {
    if (item.what != What::connect || item.name.empty()) continue;
    names.push_back({item.protocol, has_port(item.protocol) ? item.port : std::uint16_t{0}, item.name});
  }
  std::ranges::sort(names);
  const auto same = std::ranges::unique(names);
  names.erase(same.begin(), same.end());
  return names;
}

std::string LearnedFlows::to_json() const {
  base::JsonWriter json;
  json.begin_object();
  json.member("version", 1);
  json.begin_array("images");
  for (const auto& [digest, items] : images_) {
    json.begin_object();
    json.member("digest", digest);
    json.begin_array("flows");
    for (const Item& item : items) {
      json.begin_object();
      json.member("what", to_text(item.what));
      json.member("protocol", item.protocol);
      json.member("port", item.port);
      json.member_if("peer", item.peer);
      json.member_if("name", item.name);
      if (item.network) json.member("network", base::to_text(*item.network));
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

namespace {

base::Error broken(std::string_view what) {
  return {base::ErrorCode::invalid, "learned flows: " + std::string(what)};
}

base::Result<Item> read_item(const base::JsonValue& value) {
  Item item;
  const std::string_view what = value["what"].string_or("");
  const auto* const word = std::ranges::find(words, what, &std::pair<std::string_view, What>::first);
  if (word == words.end()) return broken("what is done is none of connect, listen and accept");
  item.what = word->second;
  const auto protocol = value["protocol"].integer().value_or(-1), port = value["port"].integer().value_or(-1);
  if (protocol < 0 || protocol > 0xff || port < 0 || port > 0xffff)
    return broken("protocol or port is no such number");
  item.protocol = static_cast<std::uint8_t>(protocol);
  item.port = static_cast<std::uint16_t>(port);
  item.peer = value["peer"].string_or("");
  item.name = value["name"].string_or("");
  if (const auto network = value["network"].string()) {
    item.network = base::IpNetwork::parse(*network);
    if (!item.network) return broken("the network of a peer is none");
  }
  return item;
}

}  // namespace

base::Result<LearnedFlows> LearnedFlows::from_json(base::Bytes text, LearnedFlowLimits limits) {
  if (text.size() > LearnedFlowLimits::json_bytes) {
    return base::Error(base::ErrorCode::limit, "learned flows: longer than 64 MB");
  }
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(text));
  if (document.root()["version"].integer() != 1) {
    return base::Error(base::ErrorCode::unsupported, "learned flows: not of version 1");
  }
  LearnedFlows flows(limits);
  for (const base::JsonValue& image : document.root()["images"].items()) {
    const std::string digest(image["digest"].string_or(""));
    if (digest.empty()) return broken("an image without a digest");
    for (const base::JsonValue& value : image["flows"].items()) {
      DOORMAN_TRY(Item item, read_item(value));
      (void)flows.note(digest, std::move(item), true);
    }
  }
  flows.changed_ = false;
  return flows;
}

}  // namespace doorman::derive

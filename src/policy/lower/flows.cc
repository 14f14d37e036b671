// SPDX-License-Identifier: Apache-2.0
#include "policy/lower/flows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "model/flow_record.h"
#include "policy/check/services.h"
#include "policy/engine/engine.h"
#include "policy/lower/flow_regions.h"

namespace doorman::policy {
namespace {

using model::FieldId;
using model::FlowEntry;
using model::FlowPolicy;
namespace protocol = model::protocol;

/// What of a connection varies while the container and everybody around it stay as they are.
bool is_address(FieldId id) { return id == FieldId::flow_dst_address || id == FieldId::flow_dst_network; }
bool is_variable(FieldId id) {
  return is_address(id) || id == FieldId::flow_dst_port || id == FieldId::flow_protocol;
}

/// Fields that say nothing before the connection is made.
bool is_late(FieldId id) {
  constexpr auto late = std::to_array({
      FieldId::flow_application,
      FieldId::flow_bytes_sent,
      FieldId::flow_bytes_received,
      FieldId::flow_tls_server_name,
      FieldId::flow_tls_version,
      FieldId::flow_dns_query,
      FieldId::flow_http_method,
      FieldId::flow_http_host,
      FieldId::flow_http_path,
      FieldId::flow_src_address,
      FieldId::flow_src_network,
      FieldId::flow_src_port,
      FieldId::flow_src_process,
      FieldId::flow_dst_process,
      FieldId::flow_refused,
  });
  return std::ranges::find(late, id) != late.end() || !model::field(id).name.starts_with("flow.");
}

/// The literals of a condition that tell addresses, ports and protocols apart, and what stands in the way.
struct Words {
  std::vector<base::IpNetwork> networks;
  std::set<std::uint16_t> ports;
  bool asks_protocol = false;  ///< or the port, which not all protocols have
  bool asks_exposure = false;
  std::string late;  ///< why it cannot be judged early

  void add(const Condition& condition);

 private:
  void add_fields(const Term& term, bool is_alone);
  void add_literal(FieldId id, const Term& term);
};

void Words::add_literal(FieldId id, const Term& term) {
  if (term.kind == Term::Kind::list) {
    for (const Term& item : term.items) add_literal(id, item);
    return;
  }
  if (term.kind != Term::Kind::literal && term.kind != Term::Kind::name) {
    late = fmt::format("{} is compared with what is no literal", model::field(id).name);
    return;
  }
  if (is_address(id)) {
    const auto network = base::IpNetwork::parse(term.text);
    if (network) networks.push_back(*network);
    else late = fmt::format("'{}' is no address or network", term.text);
  } else if (id == FieldId::flow_dst_port) {
    const auto number = base::to_number(term.text);
    const auto service = port_of_service(term.text);
    if (number && *number <= 0xffff) ports.insert(static_cast<std::uint16_t>(*number));
    else if (service) ports.insert(*service);
    else late = fmt::format("'{}' is no port", term.text);
  }
}

void Words::add_fields(const Term& term, bool is_alone) {
  if (term.kind == Term::Kind::field) {
    const model::SplitField split = model::split_field(term.text);
    if (split.field == nullptr) {
      late = fmt::format("{} is not known", term.text);
      return;
    }
    const FieldId id = split.field->id;
    if (is_late(id)) late = fmt::format("{} is not known before the connection is made", split.field->name);
    else if (is_variable(id) && !is_alone) late = fmt::format("{} stands in a function", split.field->name);
    if (id == FieldId::flow_protocol || id == FieldId::flow_dst_port) asks_protocol = true;
    if (id == FieldId::flow_exposure || id == FieldId::flow_dst_identity || id == FieldId::flow_direction) {
      asks_exposure = true;
    }
  }
  for (const Term& item : term.items) add_fields(item, false);
}

void Words::add(const Condition& condition) {
  for (const Condition& part : condition.parts) add(part);
  if (condition.kind != Condition::Kind::check) return;
  add_fields(condition.left, true);
  add_fields(condition.right, false);
  if (condition.left.kind != Term::Kind::field) return;
  const model::SplitField split = model::split_field(condition.left.text);
  if (split.field == nullptr || !is_variable(split.field->id) || split.field->id == FieldId::flow_protocol) return;
  switch (condition.op) {
    case Operator::exists:
      return;
    case Operator::equal:
    case Operator::equal2:
    case Operator::unequal:
    case Operator::in:
    case Operator::intersects:
      add_literal(split.field->id, condition.right);
      return;
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
    case Operator::contains:
    case Operator::icontains:
    case Operator::bcontains:
    case Operator::startswith:
    case Operator::bstartswith:
    case Operator::endswith:
    case Operator::glob:
    case Operator::iglob:
    case Operator::regex:
    case Operator::pmatch:
      late = fmt::format("{} {} tells too many apart", split.field->name, to_text(condition.op));
  }
}

/// Protocol and port; 0: all that no narrower class names.
using Class = std::pair<std::uint8_t, std::uint16_t>;
using Acts = std::map<base::IpNetwork, FlowEntry::Act>;

class Lowering {
 public:
  Lowering(const RuleSet& rules, const FlowSurroundings& surroundings) : around_(surroundings) {
    for (std::size_t i = 0; i < rules.rules.size(); ++i) {
      const Rule& rule = rules.rules[i];
      if (!rule.enabled || rule.source != model::EventSource::flow || rule.action == model::Action::alert) continue;
      Words words;
      words.add(rule.condition);
      if (!words.late.empty()) {
        late_.push_back(i);
        continue;
      }
      rules_.push_back(&rule);
      words_.networks.insert(words_.networks.end(), words.networks.begin(), words.networks.end());
      words_.ports.merge(words.ports);
      words_.asks_protocol |= words.asks_protocol;
      words_.asks_exposure |= words.asks_exposure;
    }
    world_.kind = model::FlowIdentity::Kind::world;
    for (const model::FlowEnd& peer : around_.peers) peers_[peer.address].push_back(&peer);
  }

  base::Result<LoweredFlows> run() {
    LoweredFlows lowered;
    lowered.judged_late = late_;
    lowered.policy.mode = around_.mode;
    if (around_.mode == model::FlowMode::off) return lowered;
    const Acts rest = acts_of({protocol::any, 0}, {});
    DOORMAN_CHECK(add({protocol::any, 0}, rest, lowered.policy));
    for (const std::uint8_t each : protocols()) {
      const Acts any_port = acts_of({each, 0}, rest);
      if (any_port != rest) DOORMAN_CHECK(add({each, 0}, any_port, lowered.policy));
      for (const std::uint16_t port : ports_of(each)) {
        const Acts acts = acts_of({each, port}, any_port);
        if (acts != any_port) DOORMAN_CHECK(add({each, port}, acts, lowered.policy));
      }
    }
    for (const FlowEntry& entry : around_.known) {
      if (entry.bind) lowered.policy.entries.push_back(entry);
    }
    std::ranges::sort(lowered.policy.entries);
    const auto same = std::ranges::unique(lowered.policy.entries);
    lowered.policy.entries.erase(same.begin(), same.end());
    if (lowered.policy.entries.size() > FlowPolicy::max_entries) return too_many();
    return lowered;
  }

 private:
  static base::Error too_many() {
    return {base::ErrorCode::limit, fmt::format("more than {} entries for one container", FlowPolicy::max_entries)};
  }

  [[nodiscard]] std::set<std::uint8_t> protocols() const {
    std::set<std::uint8_t> found;
    if (words_.asks_protocol) {
      found = {protocol::tcp, protocol::udp, protocol::sctp, protocol::icmp, protocol::icmpv6};
    }
    for (const FlowEntry& entry : around_.known) {
      if (!entry.bind && entry.protocol != protocol::any) found.insert(entry.protocol);
    }
    return found;
  }
  [[nodiscard]] std::set<std::uint16_t> ports_of(std::uint8_t which) const {
    std::set<std::uint16_t> ports = words_.ports;
    for (const FlowEntry& entry : around_.known) {
      if (!entry.bind && entry.protocol == which) ports.insert(entry.port);
    }
    ports.erase(0);
    return ports;
  }
  /// A port that nobody names.
  [[nodiscard]] std::uint16_t other_port(std::uint8_t which) const {
    const std::set<std::uint16_t> named = ports_of(which);
    std::uint16_t port = 1;
    while (named.contains(port)) ++port;
    return port;
  }

  static bool applies(const FlowEntry& entry, Class which) {
    return !entry.bind && (entry.protocol == protocol::any || entry.protocol == which.first) &&
           (entry.port == 0 || entry.port == which.second);
  }

  [[nodiscard]] std::vector<base::IpNetwork> networks(Class which) const {
    std::vector<base::IpNetwork> all = words_.networks;
    static const std::vector<base::IpNetwork> loopback = {*base::IpNetwork::parse("127.0.0.0/8"),
                                                          *base::IpNetwork::parse("::1/128")};
    all.insert(all.end(), loopback.begin(), loopback.end());
    if (words_.asks_exposure)
      all.insert(all.end(), around_.private_networks.begin(), around_.private_networks.end());
    for (const model::FlowEnd& peer : around_.peers) {
      all.push_back({peer.address, static_cast<std::uint8_t>(peer.address.is_v6 ? 128 : 32)});
    }
    for (const FlowEntry& entry : around_.known) {
      if (applies(entry, which)) all.push_back(entry.network);
    }
    return all;
  }

  /// Of each region what becomes of it, but of those that are as the region around them. The same entries as
  /// `wider` mean that the class needs none of its own.
  Acts acts_of(Class which, const Acts& wider) {
    const std::vector<FlowRegion> regions = regions_of(networks(which));
    std::vector<FlowEntry::Act> acts(regions.size(), FlowEntry::Act::by_mode);
    Acts told;
    bool is_plain = true;
    for (std::size_t i = 0; i < regions.size(); ++i) {
      const FlowRegion& region = regions[i];
      const bool is_outermost = region.around == FlowRegion::none;
      // What narrower regions leave nothing of has no act of its own; theirs are always told.
      acts[i] = region.an_address ? act_at(which, *region.an_address)
                                  : (is_outermost ? FlowEntry::Act::by_mode : acts[region.around]);
      if (!is_outermost && acts[i] == acts[region.around]) continue;
      told.emplace(region.network, acts[i]);
      is_plain = is_plain && acts[i] == FlowEntry::Act::by_mode;
    }
    if (which == Class{protocol::any, 0} && is_plain) told.clear();
    if (is_plain && wider.empty()) told.clear();
    return told;
  }

  FlowEntry::Act act_at(Class which, const base::IpAddress& address) {
    const bool is_known = std::ranges::any_of(around_.known, [&](const FlowEntry& entry) {
      return applies(entry, which) && entry.network.contains(address) && entry.act == FlowEntry::Act::allow;
    });
    const auto peers = peers_.find(address);
    if (peers == peers_.end()) {
      model::FlowEnd end;
      end.identity = &world_;
      end.address = address;
      if (is_refused(which, end, is_known)) return FlowEntry::Act::refuse;
    } else {
      for (const model::FlowEnd* peer : peers->second) {
        if (is_refused(which, *peer, is_known)) return FlowEntry::Act::refuse;
      }
    }
    return is_known ? FlowEntry::Act::allow : FlowEntry::Act::by_mode;
  }

  bool is_refused(Class which, model::FlowEnd end, bool is_known) {
    using Kind = model::FlowIdentity::Kind;
    const bool has_ports =
        which.first != protocol::any && which.first != protocol::icmp && which.first != protocol::icmpv6;
    model::Flow flow;
    flow.protocol = which.first;
    flow.known = is_known;
    flow.source = around_.self;
    flow.destination = end;
    flow.destination.port = !has_ports          ? std::uint16_t{0}
                            : which.second != 0 ? which.second
                                                : other_port(which.first);
    const auto is_in = [&](const base::IpNetwork& network) { return network.contains(end.address); };
    static const auto loopback_v4 = *base::IpNetwork::parse("127.0.0.0/8"),
                      loopback_v6 = *base::IpNetwork::parse("::1");
    const bool is_local = is_in(loopback_v4) || is_in(loopback_v6);
    if (is_local) {
      flow.destination.identity = around_.self.identity;
      flow.destination.container = around_.self.container;
    }
    const Kind kind = flow.destination.identity->kind;
    if (is_local || kind == Kind::host) flow.exposure = model::FlowExposure::local;
    else if (kind == Kind::container) flow.exposure = model::FlowExposure::cluster;
    else if (std::ranges::any_of(around_.private_networks, is_in)) flow.exposure = model::FlowExposure::private_net;
    else flow.exposure = model::FlowExposure::internet;
    flow.direction = kind == Kind::container ? model::FlowDirection::internal : model::FlowDirection::outbound;
    const model::FlowFacts facts(flow, record_, context_);
    return std::ranges::any_of(rules_, [&](const Rule* rule) { return matches_plainly(*rule, facts); });
  }

  static base::Status add(Class which, const Acts& acts, FlowPolicy& policy) {
    for (const auto& [network, act] : acts) {
      policy.entries.push_back({which.first, which.second, network, act, false});
    }
    return policy.entries.size() > FlowPolicy::max_entries ? base::Status(too_many()) : base::Status();
  }

  const FlowSurroundings& around_;
  std::vector<const Rule*> rules_;
  std::vector<std::size_t> late_;
  Words words_;
  std::map<base::IpAddress, std::vector<const model::FlowEnd*>> peers_;
  model::FlowIdentity world_;
  model::EventRecord record_;
  model::EventContext context_;
};

}  // namespace

std::string why_judged_late(const Rule& rule) {
  Words words;
  words.add(rule.condition);
  return words.late;
}

base::Result<LoweredFlows> lower_flows(const RuleSet& rules, const FlowSurroundings& surroundings) {
  return Lowering(rules, surroundings).run();
}

}  // namespace doorman::policy

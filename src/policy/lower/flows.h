// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/ip.h"
#include "model/flow_policy.h"
#include "policy/rule.h"

namespace doorman::policy {

/// One container, and whom it may meet, as far as is known when rules are made into entries of the kernel.
struct FlowSurroundings {
  model::FlowMode mode = model::FlowMode::off;
  model::FlowEnd self;                      ///< has an identity
  std::span<const model::FlowEnd> peers;    ///< who is at which address: containers, the host, names that were told
  std::span<const model::FlowEntry> known;  ///< what its image may do without a rule's word: act allow
  std::span<const base::IpNetwork> private_networks;
};

struct LoweredFlows {
  model::FlowPolicy policy;
  /// Rules whose words the kernel cannot judge by: they are asked when the connection was made. Indices into the
  /// rule set, rising.
  std::vector<std::size_t> judged_late;
};

/// Why the kernel cannot judge by the rule; empty when it can. It can where a rule asks for the protocol, for the
/// called end's port (by numbers), address or networks, and for what is fixed for the calling container and for
/// whoever is known to have an address: image, labels, names, trust, risk.
std::string why_judged_late(const Rule& rule);

/// What the enabled rules of source `flow` with an action stronger than alert refuse to one container, and beside
/// them what is known and allowed. A rule that matches refuses, whatever is known. Rules are asked for one address
/// and port of each part of the address space that they or the surroundings tell apart, so that the entries say
/// what the rules do. A `limit` error when there would be more than FlowPolicy::max_entries.
base::Result<LoweredFlows> lower_flows(const RuleSet& rules, const FlowSurroundings& surroundings);

}  // namespace doorman::policy

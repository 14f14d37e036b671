// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "derive/address_names.h"
#include "model/flow.h"
#include "model/flow_policy.h"

namespace doorman::derive {

struct LearnedFlowLimits {
  std::size_t images = 4096;
  std::size_t flows = 4096;  ///< of one image
  static constexpr std::size_t json_bytes = 64U << 20U;
};

/// What containers of an image do to others, by the digest of its configuration: whom they connect to, which ports
/// they offer, from how far away they are reached. Learned while the image is in mode discover; afterwards it tells
/// what is new. A peer is remembered by what stays when its own image changes: workload and repository, name,
/// network.
class LearnedFlows {
 public:
  struct Item {
    enum class What : std::uint8_t {
      connect,  ///< to a peer
      listen,   ///< on a port
      accept,   ///< from a peer
    };
    What what = What::connect;
    std::uint8_t protocol = 0;
    std::uint16_t port = 0;  ///< of the server
    std::string peer;  ///< FlowIdentity::lasting_key; of a listen empty; of those who come from outside how far
    std::string name;  ///< of a peer outside that has one
    std::optional<base::IpNetwork> network;  ///< of one that has not

    auto operator<=>(const Item&) const = default;
  };

  explicit LearnedFlows(LearnedFlowLimits limits = {}) : limits_(limits) {}

  /// Whether the flow is known to the image of the watched side; in mode discover it is learned, and was known if
  /// it was before. Nothing for a side without a digest. A refused one teaches nothing.
  std::optional<bool> note(const model::Flow& flow, model::FlowMode mode);
  /// The same of a port that is offered.
  std::optional<bool> note_listen(const std::string& digest, std::uint8_t protocol, std::uint16_t port,
                                  model::FlowMode mode);

  [[nodiscard]] const std::set<Item>& of(const std::string& digest) const;
  void forget(const std::string& digest) { images_.erase(digest); }
  /// Whether anything was learned since this was last asked.
  bool take_changed() { return std::exchange(changed_, false); }
  [[nodiscard]] std::uint64_t not_kept() const { return not_kept_; }

  /// What the container of that group may do by this, as the kernel can judge it: towards its peers where they are
  /// now, and where names were told to be. Its own loopback too, unless that is the host's.
  [[nodiscard]] std::vector<model::FlowEntry> entries(const model::FlowEnd& self, std::uint64_t cgroup,
                                                      std::span<const model::FlowEnd> peers,
                                                      const AddressNames& names) const;

  /// And towards whatever address it is told for a name, at the moment when it is told.
  [[nodiscard]] std::vector<model::FlowName> names(const std::string& digest) const;

  /// For keeping it: JSON, the same bytes for the same content.
  [[nodiscard]] std::string to_json() const;
  static base::Result<LearnedFlows> from_json(base::Bytes text, LearnedFlowLimits limits = {});

 private:
  std::optional<bool> note(const std::string& digest, Item item, bool learns);

  LearnedFlowLimits limits_;
  std::map<std::string, std::set<Item>> images_;
  std::uint64_t not_kept_ = 0;
  bool changed_ = false;
};

}  // namespace doorman::derive

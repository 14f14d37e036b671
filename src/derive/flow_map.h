// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "derive/address_names.h"
#include "derive/risk.h"
#include "model/container.h"
#include "model/event_record.h"
#include "model/flow.h"
#include "model/image_word.h"

namespace doorman::derive {

/// The most that a flow map keeps, whatever containers do to fill it.
struct FlowLimits {
  std::size_t identities = 1U << 15U;
  std::size_t edges = 1U << 17U;
  std::size_t listeners = 256;      ///< of one identity
  std::size_t peers_outside = 256;  ///< of one identity by name, and by address; the next are told by their network
  std::size_t networks_outside = 256;  ///< and the next by a class of addresses
  std::size_t workloads = 64;          ///< of one image, named by containers alone; the next are all one
  std::size_t learned_addresses = 16;  ///< of one container, beside those that its engine gave
  std::size_t recently_gone = 4096;    ///< containers: late records still find them
};

/// Who speaks to whom, out of records of flows, DNS answers and containers, in the order in which they come. What
/// the one container's connect and the other's accept tell is one edge. A container is its image and workload: how
/// many of them come and go does not matter.
///
/// Whose an address is, the engine says; besides, the private addresses from which or on which a container really
/// had a connection are its own, unless another living container has them. A connection to a published port of the
/// host is one to the host, as its address is rewritten beneath us; the container's side tells its own half.
class FlowMap {
 public:
  /// `names` outlives the map, and is taught by others.
  explicit FlowMap(const AddressNames& names, FlowLimits limits = {});
  ~FlowMap();
  FlowMap(const FlowMap&) = delete;
  FlowMap& operator=(const FlowMap&) = delete;

  /// A control group is this container; again when more is known of it.
  void set_container(std::uint64_t cgroup, const model::Container& container);
  void remove_container(std::uint64_t cgroup);
  /// Forgets which groups are whose, at once; what was seen stays.
  void remove_all_containers();
  void set_host_addresses(std::span<const base::IpAddress> addresses);
  void set_image_words(std::vector<model::ImageWord> words) { image_words_ = std::move(words); }

  /// Takes the record in and gives both of its ends; nothing for what is no connection between two (bind, listen)
  /// and for groups that are no container. Pointers in it are good until the next call of anything but const.
  std::optional<model::Flow> apply(const model::EventRecord& record, const model::FlowRecord& flow,
                                   std::string_view process);

  [[nodiscard]] model::FlowGraph graph() const;
  /// The end that the container of that group is itself; without an identity when there is none.
  [[nodiscard]] model::FlowEnd end_of(std::uint64_t cgroup) const;
  /// Everybody with known addresses that the group's container may mean: each other container and the host, an end
  /// for each address. In the order of addresses.
  [[nodiscard]] std::vector<model::FlowEnd> peers_of(std::uint64_t cgroup) const;

 private:
  struct Node;
  struct Live;
  struct Edge;
  struct EdgeKey {
    const Node* source = nullptr;
    const Node* destination = nullptr;
    std::uint8_t protocol = 0;
    std::uint16_t port = 0;
    auto operator<=>(const EdgeKey&) const = default;
  };
  struct EdgeHash {
    std::size_t operator()(const EdgeKey& key) const;
  };
  struct Resolved;

  Node* find_or_add(model::FlowIdentity identity);
  Node* node_of(const model::Container& container);
  void merge(Node* from, Node* into);
  void move_edges(const Node* from, Node* into);

  [[nodiscard]] const Live* owner_of(const base::IpAddress& address, std::uint16_t port, const Live* asking) const;
  [[nodiscard]] const Live* neighbour_of(const Live& asking, std::uint16_t port) const;
  [[nodiscard]] Resolved resolve(const base::IpAddress& address, std::uint16_t port, const Live& asking) const;
  Node* outside_node(Node& inner, const base::IpAddress& address, std::string_view name);
  void claim_address(Live& live, const base::IpAddress& address, bool by_engine);
  void adopt_address(const base::IpAddress& address, Node* owner);
  void note_listener(Live& live, const model::EventRecord& record, const model::FlowRecord& flow);
  void count(const EdgeKey& key, const model::Flow& flow, std::uint64_t time, const base::IpAddress* outside,
             bool told_by_client);
  void fill_end(model::FlowEnd& end, const Live* live) const;
  void forget_oldest_gone();

  const AddressNames& names_;
  FlowLimits limits_;
  std::vector<model::ImageWord> image_words_;
  std::unordered_map<std::string, std::unique_ptr<Node>> nodes_;  // by identity's key
  std::map<std::string, std::size_t> workloads_;                  // how many of an image
  std::unordered_map<EdgeKey, Edge, EdgeHash> edges_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Live>> live_;  // by control group; recently gone ones too
  std::deque<std::uint64_t> gone_;
  std::map<base::IpAddress, std::vector<std::uint64_t>> owners_;
  std::set<base::IpAddress> host_addresses_, outside_addresses_;
  Node* host_ = nullptr;
  std::uint64_t not_kept_ = 0;
  std::uint64_t clock_ = 0;  // of the latest record
};

}  // namespace doorman::derive

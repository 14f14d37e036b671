// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "kern/pins.h"
#include "kern/ring.h"

namespace doorman::kern {

/// What the kernel does about some connections of the containers that have the policy; the numbers are those of
/// bpf/flow_maps.h.
struct FlowRule {
  enum class Act : std::uint32_t { by_mode, allow, refuse };
  std::uint8_t protocol = 0;  ///< 0: any, and then any port
  std::uint16_t port = 0;     ///< 0: any
  bool bind = false;          ///< about bind(2), with the own address
  base::IpNetwork network;
  Act act = Act::by_mode;
  /// Not 0: what counts is not the network, but that the container was last told this name for the address.
  std::uint32_t name = 0;

  auto operator<=>(const FlowRule&) const = default;
};

/// Times and bytes that the kernel counted and did not tell.
struct FlowCount {
  std::uint64_t cgroup = 0;
  std::uint8_t kind = 0;     ///< doorman_flow_kind
  std::uint8_t verdict = 0;  ///< doorman_flow_verdict
  std::uint8_t protocol = 0;
  bool server = false;
  std::uint16_t port = 0;   ///< of the server
  base::IpAddress address;  ///< of the other end
  std::uint32_t times = 0;
  std::uint64_t sent = 0, received = 0;
};

/// bpf/flow.bpf.c: who speaks to whom, and the maps that it judges by.
class FlowPrograms {
 public:
  static base::Result<FlowPrograms> load(const Pins& pins);
  FlowPrograms(FlowPrograms&&) noexcept;
  FlowPrograms& operator=(FlowPrograms&&) noexcept;
  ~FlowPrograms();

  /// `root` is where control groups of version 2 are mounted. Pinned: the programs go on when this process ends.
  base::Status attach(const Pins& pins, const std::string& root, bool pinned);
  /// Refuses sockets that nobody could judge (raw, mptcp, sctp) to containers in mode protect. Costs each new
  /// socket of the machine a little, so it is meant to be on only while a container is in that mode. After
  /// attach().
  base::Status guard_sockets(bool on);
  /// Tells the DNS answers that a control group receives, and those below it; again does nothing. Ends with
  /// forget_names() or this process. After attach(); `not_found` when there is no such group.
  base::Status watch_names(std::uint64_t cgroup);
  void forget_names(std::uint64_t cgroup);
  /// No packet comes to the control group or leaves it, or those below it: open connections stop as well. Pinned,
  /// so that it holds without this process; again does nothing. After attach(); `not_found` when there is no such
  /// group.
  base::Status cut_off(const Pins& pins, std::uint64_t cgroup);
  /// The group is gone, or it is over; also of one that an earlier process cut off.
  void end_cut(const Pins& pins, std::uint64_t cgroup);
  /// What they tell: records of bpf/event.h, flows and DNS answers.
  [[nodiscard]] base::Result<Ring> ring() const;

  /// The number of a name for rules, from 1 on, which stays; `name` in a DNS message's form, in small letters. A
  /// `limit` error when there are too many.
  base::Result<std::uint32_t> number_of(std::string_view name);
  /// Puts rules in that are not there, and takes them out. Neither counts before apply().
  base::Status put(std::uint32_t policy, std::span<const FlowRule> rules);
  base::Status take(std::uint32_t policy, std::span<const FlowRule> rules);
  /// Judges anew what was judged before: to be called when rules, modes or policies of containers have changed.
  base::Status apply();
  /// Mode (doorman_flow_mode) and policy of a container that the kernel knows, by its control group; `not_found`
  /// for others.
  base::Status set_container(std::uint64_t cgroup, std::uint8_t mode, std::uint32_t policy);
  /// The mode of containers that appear from now on. Their policy is number 0 until they are given another.
  base::Status set_default_mode(std::uint8_t mode);

  /// The numbers of policies that containers or rules have: those of an earlier guard, when this one takes over.
  [[nodiscard]] base::Result<std::set<std::uint32_t>> policies() const;
  /// Takes out all rules of these policies.
  base::Status forget(const std::set<std::uint32_t>& policies);

  /// What was counted since it was last told or collected. Counts that change at this very moment may be missed.
  base::Result<std::vector<FlowCount>> collect();

 private:
  struct Loaded;
  explicit FlowPrograms(std::unique_ptr<Loaded> loaded);
  std::unique_ptr<Loaded> loaded_;
};

}  // namespace doorman::kern

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ip.h"
#include "model/flow.h"

namespace doorman::model {

/// What becomes of some connections, as the kernel can judge it: by protocol, port and address.
struct FlowEntry {
  enum class Act : std::uint8_t {
    by_mode,  ///< what is new to the container: let through, or refused in mode protect
    allow,
    refuse,
  };
  std::uint8_t protocol = 0;  ///< IPPROTO_*; 0: any, and then any port
  std::uint16_t port = 0;     ///< 0: any
  base::IpNetwork network;    ///< of the other end; of a bind, of the own
  Act act = Act::by_mode;
  bool bind = false;  ///< about bind(2); else about connect, sendto and sendmsg

  auto operator<=>(const FlowEntry&) const = default;
};

/// Connections that are allowed by the name that the container was last told for their address.
struct FlowName {
  std::uint8_t protocol = 0;  ///< IPPROTO_*
  std::uint16_t port = 0;     ///< 0: any
  std::string name;           ///< as DnsAnswer has it

  auto operator<=>(const FlowName&) const = default;
};

/// Everything that the kernel knows of one container's connections. Of several entries that fit, those of its
/// protocol and port count, else those of its protocol, else the rest; and of these the one with the longest
/// prefix. Where none fits, or what fits is by_mode, the names are asked; else it is by_mode.
struct FlowPolicy {
  static constexpr std::size_t max_entries = 8192;

  FlowMode mode = FlowMode::off;
  std::vector<FlowEntry> entries;  ///< sorted, each but once
  std::vector<FlowName> names{};   ///< likewise

  bool operator==(const FlowPolicy&) const = default;
};

/// What the entries say of one connection: the kernel's judgement but for names, for tests and for telling.
FlowEntry::Act judge(const FlowPolicy& policy, bool bind, std::uint8_t protocol, std::uint16_t port,
                     const base::IpAddress& address);

}  // namespace doorman::model

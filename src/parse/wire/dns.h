// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "model/dns_answer.h"

namespace doorman::parse::wire {

struct DnsLimits {
  static constexpr std::size_t message_bytes = 65535;
  static constexpr std::size_t name_bytes =
      255;                                     ///< as it would stand in a message without pointers, RFC 1035 2.3.4
  static constexpr std::size_t pointers = 32;  ///< followed for one name; each leads backwards
  static constexpr std::size_t records = 256;  ///< of the answer section that are read
  static constexpr std::size_t aliases = 16;   ///< CNAMEs from the name asked for to its addresses
  static constexpr std::size_t addresses = 64;
};

/// Reads a response to a standard query of one question: the addresses at the end of the chain of aliases that
/// begins with the name asked for. Records of other names are passed over: nobody asked. A message whose answers
/// break off, as when only its first bytes were kept, gives what is whole of it and is `cut`; so is one that has
/// more than the limits allow.
/// Source: RFC 1035 section 4, RFC 3596 section 2, RFC 2181 section 8 (TTL). Names are told as RFC 1035 5.1 writes
/// them: whatever is no letter, digit, `-` or `_` becomes \DDD, so they are safe to show.
base::Result<model::DnsAnswer> parse_dns_answer(base::Bytes message);

}  // namespace doorman::parse::wire

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"

namespace doorman::model {

/// Who has a name, as a resolver told it.
struct DnsAnswer {
  struct Address {
    base::IpAddress address;
    std::uint32_t ttl = 0;  ///< seconds: the least of the records that led to it

    bool operator==(const Address&) const = default;
  };

  std::string name;                ///< that was asked for: printable, in lower case, without the last dot
  std::uint16_t type = 0;          ///< that was asked for: 1 A, 28 AAAA
  std::uint8_t code = 0;           ///< 0: no error, 3: no such name
  bool cut = false;                ///< there is more than was read
  std::vector<Address> addresses;  ///< of the name, in the order of the message
};

/// A name as an answer has it, in the form of a DNS message without pointers; empty: it is no such name.
/// Source: RFC 1035 section 3.1, and 5.1 for \DDD.
std::string dns_message_name(std::string_view name);

}  // namespace doorman::model

// SPDX-License-Identifier: Apache-2.0
#include "parse/wire/dns.h"

#include <algorithm>
#include <cstdlib>

#include "derive/address_names.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {

/// Whatever a name is, it is printable, and whoever has an address is found by it.
void dns(base::Bytes input) {
  const auto answer = parse::wire::parse_dns_answer(input);
  if (!answer.ok()) return;
  if (!std::ranges::all_of(answer->name, [](char c) { return c > ' ' && c < '\x7f'; })) std::abort();
  derive::AddressNames names({.groups = 2, .addresses = 100});
  names.learn(1, *answer, 0);
  for (const auto& each : answer->addresses) {
    if (names.name_of(each.address, 1) != answer->name) std::abort();
  }
}

}  // namespace doorman::fuzz

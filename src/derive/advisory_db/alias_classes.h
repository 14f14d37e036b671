// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "derive/advisory_db/string_pool.h"

namespace doorman::derive::advisory_db {

/// Which names mean the same flaw. Names are numbers of a StringPool.
class AliasClasses {
 public:
  void unite(std::uint32_t a, std::uint32_t b);
  /// One name that stands for all of the class; the same for the same set of unions in the same order.
  [[nodiscard]] std::uint32_t root(std::uint32_t name) const;

 private:
  void make_room(std::uint32_t name);
  mutable std::vector<std::uint32_t> parents_;
};

/// The order in which a flaw likes to be called: CVE, GHSA, another source's id, a list's row id (VCID).
/// Among equals the lower number, shorter texts first, so that CVE-2021-999 comes before CVE-2021-1000.
bool better_name(std::string_view a, std::string_view b);

/// Whether a text has the form of an id: letters, `-`, more. Lists hold `N/A` and dates among their aliases.
bool is_name(std::string_view text);

}  // namespace doorman::derive::advisory_db

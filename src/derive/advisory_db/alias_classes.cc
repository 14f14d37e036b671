// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/alias_classes.h"

#include <tuple>

#include "base/text.h"

namespace doorman::derive::advisory_db {
namespace {

int rank_of(std::string_view name) {
  if (name.starts_with("CVE-")) return 0;
  if (name.starts_with("GHSA-")) return 1;
  if (name.starts_with("VCID-")) return 3;
  return 2;
}

/// A CVE's year, then its number: of two with the same year the shorter is the lower.
auto sort_key(std::string_view name) {
  const bool cve = name.starts_with("CVE-");
  return std::tuple(rank_of(name), cve ? name.substr(0, 9) : std::string_view(), cve ? name.size() : 0, name);
}

}  // namespace

void AliasClasses::make_room(std::uint32_t name) {
  while (parents_.size() <= name) parents_.push_back(static_cast<std::uint32_t>(parents_.size()));
}

std::uint32_t AliasClasses::root(std::uint32_t name) const {
  if (name >= parents_.size()) return name;
  while (parents_[name] != name) {
    parents_[name] = parents_[parents_[name]];
    name = parents_[name];
  }
  return name;
}

void AliasClasses::unite(std::uint32_t a, std::uint32_t b) {
  make_room(a > b ? a : b);
  a = root(a);
  b = root(b);
  if (a < b) parents_[b] = a;
  else parents_[a] = b;
}

bool better_name(std::string_view a, std::string_view b) { return sort_key(a) < sort_key(b); }

bool is_name(std::string_view text) {
  const std::size_t dash = text.find('-');
  return dash != std::string_view::npos && dash > 0 && dash + 1 < text.size() && base::is_alpha(text[0]);
}

}  // namespace doorman::derive::advisory_db

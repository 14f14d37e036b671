// SPDX-License-Identifier: Apache-2.0
#include "derive/neighbours.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/path.h"
#include "model/container.h"

namespace doorman::derive {
namespace {

using model::Neighbours;
using model::Resident;

bool has_one_above(const std::vector<std::string>& folders, std::string_view path) {
  return std::ranges::any_of(
      folders, [&](const std::string& folder) { return base::is_within(path, folder == "/" ? "" : folder); });
}

void sort_once(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
}

void add_shared(const Resident& one, const Resident& other, std::vector<std::string>& shared) {
  for (const std::string& path : one.host_paths) {
    if (!has_one_above(other.host_paths, path)) continue;
    if (has_one_above(one.writable_paths, path) || has_one_above(other.writable_paths, path))
      shared.push_back(path);
  }
}

std::uint32_t distance(std::uint32_t one, std::uint32_t other) { return one > other ? one - other : other - one; }

void add_trust(const Resident& asker, const Resident& other, Neighbours& found) {
  if (!other.trust) return;
  found.lowest_trust = std::min(found.lowest_trust.value_or(*other.trust), *other.trust);
  found.highest_trust = std::max(found.highest_trust.value_or(*other.trust), *other.trust);
  if (!asker.trust) return;
  const std::uint32_t far = distance(*asker.trust, *other.trust);
  if (!found.farthest || far > found.farthest->distance) {
    found.farthest = {std::string(model::name_or_id(other.name, other.id)), far};
  }
}

}  // namespace

bool are_neighbours(const Resident& one, const Resident& other) {
  return one.id != other.id && (one.pod.empty() || one.pod != other.pod);
}

std::vector<std::string> shared_paths(const Resident& one, const Resident& other) {
  std::vector<std::string> shared;
  add_shared(one, other, shared);
  add_shared(other, one, shared);
  sort_once(shared);
  return shared;
}

Neighbours neighbours_of(const Resident& asker, std::span<const Resident> residents) {
  Neighbours found;
  std::set<std::string_view> seen;
  for (const Resident& other : residents) {
    if (!are_neighbours(asker, other) || !seen.insert(other.id).second) continue;
    ++found.count;
    found.names.emplace_back(model::name_or_id(other.name, other.id));
    if (!other.image.empty()) found.images.push_back(other.image);
    add_trust(asker, other, found);
    for (std::string& path : shared_paths(asker, other)) found.shared_paths.push_back(std::move(path));
  }
  sort_once(found.names);
  sort_once(found.images);
  sort_once(found.shared_paths);
  return found;
}

}  // namespace doorman::derive

// SPDX-License-Identifier: Apache-2.0
#include "derive/package_files.h"

#include <algorithm>
#include <vector>

#include "base/hash.h"

namespace doorman::derive {

using model::FoundPackage;
using model::PackageFiles;

namespace {

base::Bytes bytes_of(const std::vector<base::PathId>& ids) {
  return {reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(base::PathId)};
}

/// One entry a path: the first of those that have it.
void join(std::vector<PackageFiles::File>& files) {
  if (files.empty()) return;
  std::ranges::sort(files, {}, &PackageFiles::File::path);
  auto last = files.begin();
  for (auto file = last + 1; file != files.end(); ++file) {
    if (file->path == last->path) *last = {file->path, std::min(file->package, last->package), true};
    else *++last = *file;
  }
  files.erase(last + 1, files.end());
}

}  // namespace

std::uint64_t package_files_key(const model::Inventory& inventory) {
  std::uint64_t key = model::package_files_version;
  for (const FoundPackage& found : inventory.packages) {
    if (!found.files.empty()) key = base::hash64(bytes_of(found.files), base::hash64(found.purl, key));
  }
  return key;
}

PackageFiles package_files_of(const model::Inventory& inventory) {
  PackageFiles made;
  made.key = package_files_key(inventory);
  std::size_t count = 0;
  for (const FoundPackage& found : inventory.packages) count += found.files.size();
  made.files.reserve(count);
  for (const FoundPackage& found : inventory.packages) {
    if (found.files.empty()) continue;
    const auto number = static_cast<std::uint32_t>(made.packages.size());
    made.packages.push_back(found.purl);
    for (const base::PathId path : found.files) made.files.push_back({.path = path, .package = number});
  }
  join(made.files);
  return made;
}

}  // namespace doorman::derive

// SPDX-License-Identifier: Apache-2.0
#include "derive/host_baseline.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "model/merged_usr.h"

namespace doorman::derive {

void HostBaseline::add(const model::HostPackage& package) {
  for (const model::HostFile& file : package.files) {
    files_.push_back({.path = file.path, .installed = package.installed, .md5 = file.md5, .has_md5 = file.has_md5});
  }
}

void HostBaseline::finish() {
  // Of a path that several packages have, as after a diversion, the one with a sum that was installed last is
  // first.
  std::sort(files_.begin(), files_.end(), [](const File& a, const File& b) {
    if (a.path != b.path) return a.path < b.path;
    if (a.has_md5 != b.has_md5) return a.has_md5;
    return a.installed > b.installed;
  });
  files_.shrink_to_fit();
}

HostBaseline::Answer HostBaseline::judge(std::string_view path, std::uint64_t ctime,
                                         const ReadMd5& read_md5) const {
  if (path.starts_with('/')) path.remove_prefix(1);
  const base::PathId wanted = base::path_id(model::merged_usr(path));
  auto at = std::lower_bound(files_.begin(), files_.end(), wanted,
                             [](const File& file, base::PathId id) { return file.path < id; });
  if (at == files_.end() || at->path != wanted) return Answer::of_nobody;
  if (ctime <= at->installed || !at->has_md5) return Answer::of_package;
  const auto content = read_md5();
  if (!content) return Answer::of_package;
  for (; at != files_.end() && at->path == wanted; ++at) {
    if (!at->has_md5 || at->md5 == *content) return Answer::of_package;
  }
  return Answer::changed;
}

bool HostBaseline::is_first_sighting(std::uint32_t device, std::uint64_t inode, std::uint64_t ctime) {
  const std::array<std::uint64_t, 3> state = {device, inode, ctime};
  if (seen_.size() >= max_seen) seen_.clear();
  return seen_.insert(base::hash64(base::Bytes(reinterpret_cast<const char*>(state.data()), sizeof state))).second;
}

}  // namespace doorman::derive

// SPDX-License-Identifier: Apache-2.0
#include "derive/exposure.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/path.h"

namespace doorman::derive {

using model::FoundNotable;
using model::FoundSecret;
using model::NotableFile;
using model::Secret;

std::vector<FoundSecret> found_secrets(const Overlay& overlay, const std::vector<Secret>& settings,
                                       const OwnerOf& owner) {
  // The place within the file may differ between layers, so it is no part of the key.
  using Key = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>;
  std::map<Key, std::size_t> known;
  std::vector<FoundSecret> found;
  for (const Overlay::Secret& one : overlay.secrets) {
    const Secret& secret = *one.secret;
    const auto [at, is_new] =
        known.emplace(Key{secret.path, secret.rule, secret.masked, secret.fingerprint}, found.size());
    // Two in one layer are two, though they look alike.
    if (is_new || found[at->second].layer == one.layer) {
      found.push_back({secret, one.deleted, one.layer, owner(secret.path)});
      continue;
    }
    FoundSecret& same = found[at->second];
    if (!one.deleted) {
      same.secret.line = secret.line;
      same.deleted = false;
    }
  }
  for (const Secret& secret : settings) found.push_back({secret, false});
  std::ranges::sort(found, {}, [](const FoundSecret& one) { return std::tie(one.secret, one.layer); });
  return found;
}

std::vector<FoundNotable> found_notable(const Overlay& overlay, const OwnerOf& owner) {
  std::vector<FoundNotable> found;
  std::map<std::string_view, std::size_t> caches;
  const auto add = [&](const NotableFile& file, std::uint32_t layer) {
    found.push_back({file, layer, owner(file.path)});
  };
  for (const Overlay::Notable& one : overlay.notable) {
    if (one.file->reason != NotableFile::Reason::package_cache) {
      add(*one.file, one.layer);
      continue;
    }
    const std::string_view folder = base::parent_of(one.file->path);
    const auto [at, is_new] = caches.emplace(folder, found.size());
    if (is_new) {
      add(*one.file, one.layer);
      found.back().file.path = folder;
      found.back().owner = model::FoundPackage::none;
      continue;
    }
    FoundNotable& cache = found[at->second];
    cache.layer = std::min(cache.layer, one.layer);
    cache.file.size += one.file->size;
    cache.file.files += one.file->files;
  }
  for (const Overlay::File& file : overlay.files) {
    for (const NotableFile& notable : file.facts->notable) add(notable, file.layer);
  }
  std::ranges::sort(found, {}, [](const FoundNotable& one) {
    return std::tie(one.file.path, one.file.reason, one.file.detail, one.layer);
  });
  return found;
}

}  // namespace doorman::derive

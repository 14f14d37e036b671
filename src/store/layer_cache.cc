// SPDX-License-Identifier: Apache-2.0
#include "store/layer_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/path.h"
#include "model/codec.h"

namespace doorman::store {
namespace {

namespace fs = std::filesystem;

std::string_view name_of(base::DigestAlgorithm algorithm) {
  switch (algorithm) {
    case base::DigestAlgorithm::sha256:
      return "sha256";
    case base::DigestAlgorithm::sha512:
      return "sha512";
  }
  return "sha256";
}

struct CachedFile {
  std::int64_t last_use = 0;  ///< seconds since 1970
  std::uint64_t bytes = 0;
  std::string path;
};

/// Every regular file below `folder`; those that vanish meanwhile are left out.
base::Result<std::vector<CachedFile>> files_below(const std::string& folder) {
  std::vector<CachedFile> files;
  std::error_code error;
  auto it = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
  while (!error && it != fs::recursive_directory_iterator()) {
    struct stat status{};
    if (::lstat(it->path().c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      files.push_back({status.st_mtime, static_cast<std::uint64_t>(status.st_size), it->path().string()});
    }
    it.increment(error);
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return base::Error(base::ErrorCode::io, folder + ": " + error.message());
  }
  return files;
}

}  // namespace

std::string LayerCache::file_of(const base::Digest& layer, const Version& version) const {
  return fmt::format("{}/v{}-{}-{:x}/{}/{}", folder_, model::codec_version, version.parsers, version.secret_rules,
                     name_of(layer.algorithm()), layer.hex());
}

base::Result<std::optional<model::LayerFacts>> LayerCache::get(const base::Digest& layer,
                                                               const Version& version) const {
  const std::string path = file_of(layer, version);
  // Files here are never written to under their name, so what is mapped stays as it is.
  const auto content = base::MappedFile::open(path);
  if (!content.ok()) {
    if (content.error().code() == base::ErrorCode::not_found) return std::optional<model::LayerFacts>();
    return content.error().in("layer cache");
  }
  if (content->bytes().size() > max_file_bytes) {
    return base::Error(base::ErrorCode::limit, "layer cache: facts larger than max_file_bytes");
  }
  auto facts = model::decode(content->bytes());
  if (!facts.ok()) {
    ::unlink(path.c_str());
    return std::optional<model::LayerFacts>();
  }
  // Best effort: in a read-only folder the order of use is not known, and nothing is pruned either.
  (void)::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  return std::optional(std::move(facts).value());
}

base::Status LayerCache::put(const base::Digest& layer, std::uint32_t parsers_version,
                             const model::LayerFacts& facts) const {
  const std::string path = file_of(layer, {parsers_version, facts.secret_rules});
  const std::string content = model::encode(facts);
  if (content.size() > max_file_bytes) {
    return base::Error(base::ErrorCode::limit, "layer cache: facts larger than max_file_bytes");
  }
  DOORMAN_CHECK(base::make_folders(std::string(base::parent_of(path))).in("layer cache"));
  grew_ = true;
  return base::replace_file(path, content, base::Durability::relaxed).in("layer cache");
}

base::Result<LayerCache::Size> LayerCache::size() const {
  auto listed = files_below(folder_);
  if (!listed.ok()) return listed.error().in("layer cache");
  Size size;
  for (const CachedFile& file : *listed) size.add(file.bytes);
  return size;
}

base::Result<LayerCache::Size> LayerCache::prune(const Limits& limits, base::Time now) const {
  auto listed = files_below(folder_);
  if (!listed.ok()) return listed.error().in("layer cache");
  std::vector<CachedFile> files = std::move(listed).value();
  std::ranges::sort(files, [](const CachedFile& a, const CachedFile& b) {
    return std::tie(b.last_use, a.path) < std::tie(a.last_use, b.path);
  });
  const std::int64_t oldest = (now - limits.max_age).time_since_epoch().count();
  Size pruned;
  std::uint64_t kept = 0;
  for (const CachedFile& file : files) {
    if (file.last_use >= oldest && file.bytes <= limits.max_bytes - kept) {
      kept += file.bytes;
      continue;
    }
    if (::unlink(file.path.c_str()) != 0 && errno != ENOENT) return base::system_error(file.path).in("layer cache");
    pruned.add(file.bytes);
  }
  return pruned;
}

}  // namespace doorman::store

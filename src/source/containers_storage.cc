// SPDX-License-Identifier: Apache-2.0
#include "source/containers_storage.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/fd.h"
#include "base/text.h"
#include "parse/image/manifest.h"
#include "source/containers_storage_index.h"

namespace doorman::source {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

/// `[overlay@/folder]name`, as skopeo and podman write it; the run root and options behind a `+` or `:` are
/// dropped.
struct PlacedName {
  std::optional<StorageConfig> place;
  std::string_view name;
};

Result<PlacedName> parse_placed_name(std::string_view text) {
  if (!text.starts_with('[')) return PlacedName{std::nullopt, text};
  const std::size_t end = text.find(']');
  if (end == text.npos) return Error(ErrorCode::usage, "a [ without its ]");
  const std::string_view place = text.substr(1, end - 1);
  const std::size_t at = place.find('@');
  const std::string_view driver = at == place.npos ? "" : place.substr(0, at);
  std::string_view folder = at == place.npos ? place : place.substr(at + 1);
  folder = folder.substr(0, folder.find_first_of("+:"));
  if (!folder.starts_with('/')) return Error(ErrorCode::usage, "between [ and ] stands no absolute folder");
  return PlacedName{StorageConfig{std::string(driver), {std::string(folder)}}, text.substr(end + 1)};
}

Result<std::string> read_image_file(const ImageRecord& image, std::string_view name) {
  return base::read_file(image.store->image_file(image.id, name), parse::image::max_document_bytes);
}

/// The image without its folders.
Result<StoredImage> read_documents(const ImageRecord& image) {
  const std::string manifest_path = image.store->image_file(image.id, "manifest");
  DOORMAN_TRY(const std::string manifest_bytes, read_image_file(image, "manifest"));
  DOORMAN_TRY(const auto manifest, parse::image::parse_manifest(manifest_bytes).in(manifest_path));

  const std::string config_name = manifest.config.digest.text();
  DOORMAN_TRY(const std::string config_bytes, read_image_file(image, config_name));
  const std::string config_path = image.store->image_file(image.id, config_name);
  const base::Digest computed = base::digest_of(config_bytes, manifest.config.digest.algorithm());
  if (computed != manifest.config.digest) {
    return Error(ErrorCode::mismatch, fmt::format("{}: has the digest {}", config_path, computed.text()));
  }
  DOORMAN_TRY(auto config, parse::image::parse_config(config_bytes).in(config_path));
  model::ImageIdentity identity{computed, base::digest_of(manifest_bytes), std::nullopt, image.names};
  return StoredImage{std::move(identity), std::move(config), {}, image.store->driver == "vfs"};
}

Result<std::string> existing_folder(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return base::system_error(path);
  if (!S_ISDIR(status.st_mode)) return Error(ErrorCode::invalid, path + ": not a folder");
  return path;
}

/// The folders of a chain of layers, bottom first.
Result<std::vector<std::string>> layer_chain(const StorageIndex& index, const ImageRecord& image) {
  std::vector<std::string> folders;
  const std::string place = image.store->layers_json();
  for (std::string id = image.top_layer; !id.empty();) {
    const auto layer = index.layers.find(id);
    if (!is_storage_id(id) || layer == index.layers.end()) {
      return Error(ErrorCode::invalid, place + ": no layer " + base::printable(id.substr(0, 64)));
    }
    if (folders.size() == parse::image::max_layers) {
      return Error(ErrorCode::limit,
                   fmt::format("{}: more than {} layers on each other", place, parse::image::max_layers));
    }
    DOORMAN_TRY(std::string folder, existing_folder(layer->second.store->layer_folder(id)));
    folders.push_back(std::move(folder));
    id = layer->second.parent;
  }
  std::ranges::reverse(folders);
  return folders;
}

Result<StoredImage> find_in(std::string_view name, const StorageConfig& config) {
  DOORMAN_TRY(const StorageIndex index, read_storage_index(config));
  DOORMAN_TRY(const ImageRecord* image, find_image(index.images, name));
  DOORMAN_TRY(StoredImage stored, read_documents(*image));
  DOORMAN_TRY(stored.layer_folders, layer_chain(index, *image));
  if (stored.layer_folders.size() != stored.config.diff_ids.size()) {
    return Error(ErrorCode::invalid,
                 fmt::format("{}: {} layers, but {} diffIDs in the configuration", image->store->layers_json(),
                             stored.layer_folders.size(), stored.config.diff_ids.size()));
  }
  if (stored.merged && !stored.layer_folders.empty()) stored.layer_folders = {stored.layer_folders.back()};
  return stored;
}

}  // namespace

Result<std::vector<ListedImage>> list_stored_images(const StorageConfig& config,
                                                    std::vector<std::string>& problems) {
  const auto index = read_storage_index(config);
  std::vector<ListedImage> listed;
  if (!index.ok()) {
    if (index.error().code() == ErrorCode::not_found) return listed;
    return index.error();
  }
  for (const ImageRecord& image : index->images) {
    auto stored = read_documents(image);
    if (!stored.ok()) {
      problems.push_back(fmt::format("image {}: {}", image.id, stored.error().message()));
      continue;
    }
    ListedImage each{std::move(stored->identity), std::move(stored->config), {}, {}};
    std::ranges::copy_if(image.former_names, std::back_inserter(each.former_names), [&](const std::string& name) {
      return std::ranges::find(image.names, name) == image.names.end();
    });
    each.target = fmt::format("[{}@{}]{}", image.store->driver, image.store->folder, image.id);
    listed.push_back(std::move(each));
  }
  return listed;
}

Result<StoredImage> find_stored_image(std::string_view name, const StorageConfig& config) {
  return find_in(name, config).in(name);
}

Result<StoredImage> find_stored_image(std::string_view name) {
  DOORMAN_TRY(const PlacedName placed, parse_placed_name(name));
  if (placed.place) return find_stored_image(placed.name, *placed.place);
  DOORMAN_TRY(const StorageConfig config, read_storage_config());
  return find_stored_image(placed.name, config);
}

}  // namespace doorman::source

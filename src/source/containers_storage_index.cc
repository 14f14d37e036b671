// SPDX-License-Identifier: Apache-2.0
#include "source/containers_storage_index.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/base64.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/text.h"
#include "source/containers_storage.h"

namespace doorman::source {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonDocument;
using base::JsonValue;
using base::Result;
using base::Status;

constexpr std::size_t max_id_bytes = 128;

bool exists(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0;
}

Result<JsonDocument> read_json(const std::string& path) {
  DOORMAN_TRY(const std::string text, base::read_file(path, max_storage_index_bytes));
  return JsonDocument::parse(text).in(path);
}

std::vector<std::string> strings(JsonValue array) {
  std::vector<std::string> texts;
  for (const JsonValue item : array.items()) texts.emplace_back(item.string_or(""));
  return texts;
}

Status add_store(const Store& store, StorageIndex& index) {
  DOORMAN_TRY(const JsonDocument images, read_json(store.images_json()));
  for (const JsonValue item : images.root().items()) {
    ImageRecord image{&store,
                      std::string(item["id"].string_or("")),
                      std::string(item["digest"].string_or("")),
                      std::string(item["layer"].string_or("")),
                      strings(item["names"]),
                      strings(item["big-data-names"]),
                      strings(item["names-history"])};
    if (is_storage_id(image.id)) index.images.push_back(std::move(image));
  }
  if (!exists(store.layers_json())) return {};
  DOORMAN_TRY(const JsonDocument layers, read_json(store.layers_json()));
  for (const JsonValue item : layers.root().items()) {
    LayerRecord layer{&store, std::string(item["parent"].string_or(""))};
    index.layers.try_emplace(std::string(item["id"].string_or("")), std::move(layer));
  }
  return {};
}

}  // namespace

std::string Store::image_file(std::string_view id, std::string_view name) const {
  const bool plain =
      std::ranges::all_of(name, [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'z') || c == '.'; });
  const std::string file = plain ? std::string(name) : "=" + base::base64_encode(name);
  return folder + "/" + driver + "-images/" + std::string(id) + "/" + file;
}

std::string Store::layer_folder(std::string_view id) const {
  if (driver == "vfs") return folder + "/vfs/dir/" + std::string(id);
  return folder + "/" + driver + "/" + std::string(id) + "/diff";
}

bool is_storage_id(std::string_view text) {
  return !text.empty() && text.size() <= max_id_bytes &&
         std::ranges::all_of(text, [](char c) { return base::is_digit(c) || base::is_alpha(c); });
}

Result<StorageIndex> read_storage_index(const StorageConfig& config) {
  const std::string driver = config.driver == "overlay2" ? "overlay" : config.driver;
  if (!driver.empty() && driver != "overlay" && driver != "vfs") {
    return Error(ErrorCode::unsupported,
                 "storage driver " + base::printable(driver) + " (overlay and vfs are read)");
  }
  StorageIndex index;
  for (const std::string& folder : config.folders) {
    for (const char* candidate : {"overlay", "vfs"}) {
      if (!driver.empty() && driver != candidate) continue;
      auto store = std::make_unique<const Store>(Store{folder, candidate});
      if (!exists(store->images_json())) continue;
      DOORMAN_CHECK(add_store(*store, index));
      index.stores.push_back(std::move(store));
    }
  }
  if (!index.stores.empty()) return index;
  return Error(ErrorCode::not_found, "no images are stored in " + base::join(config.folders, ", "));
}

}  // namespace doorman::source

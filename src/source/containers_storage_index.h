// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "source/containers_storage_conf.h"

namespace doorman::source {

/// One folder with the images of one driver. Ids that go into its paths were checked by is_storage_id.
struct Store {
  std::string folder;
  std::string driver;  ///< `overlay` or `vfs`

  [[nodiscard]] std::string images_json() const { return folder + "/" + driver + "-images/images.json"; }
  [[nodiscard]] std::string layers_json() const { return folder + "/" + driver + "-layers/layers.json"; }
  /// A piece of an image's data. A name that is not all lower-case letters, digits and dots is stored in base64.
  [[nodiscard]] std::string image_file(std::string_view id, std::string_view name) const;
  [[nodiscard]] std::string layer_folder(std::string_view id) const;
};

struct ImageRecord {
  const Store* store = nullptr;
  std::string id;
  std::string digest;  ///< of the manifest; may be empty
  std::string top_layer;
  std::vector<std::string> names;
  std::vector<std::string> data_names;
  std::vector<std::string> former_names = {};  ///< that it has or had
};

struct LayerRecord {
  const Store* store = nullptr;
  std::string parent;  ///< empty for the lowest
};

/// What the storage's own lists say. Records point into `stores`.
struct StorageIndex {
  std::vector<std::unique_ptr<const Store>> stores;
  std::vector<ImageRecord> images;
  std::unordered_map<std::string, LayerRecord> layers;
};

/// An id becomes part of a path, and comes from a file that may be hostile: 1 to 128 letters and digits.
bool is_storage_id(std::string_view text);

/// Errors name the file. Records without a usable id are left out.
base::Result<StorageIndex> read_storage_index(const StorageConfig& config);

/// The image that a name stands for (see find_stored_image), from the surest way to be meant to the vaguest.
/// Pure. An error when there is none, or when the first way that fits anything fits several.
base::Result<const ImageRecord*> find_image(const std::vector<ImageRecord>& images, std::string_view name);

}  // namespace doorman::source

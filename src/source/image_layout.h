// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/digest.h"
#include "model/image.h"
#include "source/content_folder.h"
#include "source/image_source.h"

namespace doorman::source {

enum class LayoutForm : std::uint8_t {
  detect,
  oci,     ///< index.json and blobs/: OCI image-spec v1.1, image-layout.md
  docker,  ///< manifest.json, as `docker save` writes it
};

struct LayoutOptions {
  LayoutForm form = LayoutForm::detect;
  model::Platform platform;
  std::string name;  ///< which image, where the folder holds several; empty when there is one
};

/// What a folder of content says of one image, and where in it the layers are.
struct ImageLayout {
  model::ImageIdentity identity;
  model::ImageConfig config;
  std::vector<model::LayerRef> layers;
  std::vector<std::string> layer_names;  ///< in the folder, one for each layer
};

/// Reads the documents of an image: layout or archive. Their digests are checked.
base::Result<ImageLayout> read_image_layout(const ContentFolder& folder, const LayoutOptions& options);

/// The same as a source of layers.
base::Result<std::unique_ptr<ImageSource>> open_image_layout(std::unique_ptr<ContentFolder> folder,
                                                             const LayoutOptions& options);

/// The same where something else than index.json names what is in `blobs/ALGORITHM/HEX`: `target` is the digest of
/// a manifest, or of an index that has one for the platform; `names` are the image's.
base::Result<std::unique_ptr<ImageSource>> open_named_content(std::unique_ptr<ContentFolder> folder,
                                                              const base::Digest& target,
                                                              std::vector<std::string> names,
                                                              const model::Platform& platform);

}  // namespace doorman::source

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/image.h"
#include "source/containers_storage_conf.h"

namespace doorman::source {

/// An image in podman's, buildah's or CRI-O's storage, found in place. The folders are the engine's own: nothing
/// vouches for their content, and files in them may belong to other users than those of the image.
struct StoredImage {
  model::ImageIdentity identity;  ///< manifest and configuration were checked against their digests
  model::ImageConfig config;
  /// Folders of the layers, bottom first, one for each diff id. Deletions are in the form of the
  /// overlay file system: character devices 0/0, and the attribute `trusted.overlay.opaque` or (rootless)
  /// `user.overlay.opaque`; or, written by fuse-overlayfs, files `.wh.NAME` and `.wh..wh..opq`.
  std::vector<std::string> layer_folders;
  bool merged = false;  ///< the vfs driver: there is one folder only, and it holds the whole image
};

/// Finds an image by full name (`localhost/app:1`, `docker.io/library/alpine@sha256:…`), by id or the start of one
/// (three digits at least), or by the end of its name (`alpine`, `library/alpine:3`). The name may begin with
/// `[DRIVER@FOLDER]`, as skopeo writes it, to look into another storage than the configured one.
///
/// Read are DRIVER-images/images.json, DRIVER-layers/layers.json and the image's manifest and configuration, no
/// lock is taken: podman replaces each file in one step. Source: github.com/containers/storage.
base::Result<StoredImage> find_stored_image(std::string_view name);
base::Result<StoredImage> find_stored_image(std::string_view name, const StorageConfig& config);

/// All that the storages have, without their layers, which nothing is looked for in. An image whose documents
/// cannot be read is a line of `problems`; a storage that is not there has none.
struct ListedImage {
  model::ImageIdentity identity;
  model::ImageConfig config;
  std::vector<std::string> former_names;  ///< that it has no more
  std::string target;                     ///< a name for find_stored_image that means it and no other
};
base::Result<std::vector<ListedImage>> list_stored_images(const StorageConfig& config,
                                                          std::vector<std::string>& problems);

inline constexpr std::uint64_t max_storage_index_bytes = 256U << 20U;

}  // namespace doorman::source

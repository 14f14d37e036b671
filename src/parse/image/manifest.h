// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "model/image.h"

namespace doorman::parse::image {

/// More than any real image has; engines stop at 127 layers.
inline constexpr std::size_t max_layers = 1024;
/// No manifest, index or configuration is larger: registries refuse 4 MiB, engines 8.
inline constexpr std::size_t max_document_bytes = 16U << 20U;

/// A pointer to content. Source: OCI image-spec v1.1, descriptor.md.
struct Descriptor {
  std::string media_type;
  base::Digest digest;
  std::uint64_t size = 0;
  std::optional<model::Platform> platform;
  std::vector<std::pair<std::string, std::string>> annotations;

  [[nodiscard]] std::string_view annotation(std::string_view name) const;
};

/// OCI image manifest (manifest.md) or Docker's schema 2; schema 1 is refused by name.
struct Manifest {
  Descriptor config;
  std::vector<Descriptor> layers;
};
base::Result<Manifest> parse_manifest(base::Bytes json);

/// OCI image index (image-index.md) or Docker's manifest list.
struct Index {
  std::vector<Descriptor> manifests;
};
base::Result<Index> parse_index(base::Bytes json);

/// What a document at a manifest's place is, by its media type or, where that is absent, by its members.
enum class DocumentKind : std::uint8_t { manifest, index, other };
DocumentKind document_kind(base::Bytes json);

/// The entry for a platform: the exact variant first, then the same architecture without one. Attestations
/// (platform unknown/unknown) are never chosen; a single entry without platform is. The error lists what there is.
base::Result<Descriptor> select_platform(const Index& index, const model::Platform& wanted);

std::string to_text(const model::Platform& platform);
/// Linux on the machine that this runs on.
model::Platform host_platform();

/// The image's settings. Source: OCI image-spec v1.1, config.md; Docker's are the same with more members.
base::Result<model::ImageConfig> parse_config(base::Bytes json);

/// `docker save`'s manifest.json: one entry an image. Source: Moby image/spec/v1.2.md, "Combined Image JSON".
struct SavedImage {
  std::string config;               ///< path within the archive
  std::vector<std::string> names;   ///< `RepoTags`
  std::vector<std::string> layers;  ///< paths within the archive, bottom first
};
base::Result<std::vector<SavedImage>> parse_saved_images(base::Bytes json);

/// One reference a layer: the manifest's blobs beside the settings' diffIDs. An error when their counts differ.
base::Result<std::vector<model::LayerRef>> layer_refs(const Manifest& manifest, const model::ImageConfig& config);

}  // namespace doorman::parse::image

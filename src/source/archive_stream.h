// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/stream.h"
#include "source/image_layout.h"
#include "source/layer_reader.h"

namespace doorman::source {

/// An image whose layers were read while it streamed by.
struct StreamedImage {
  ImageLayout image;
  std::vector<model::LayerFacts> layers;  ///< bottom first; their digests are checked
};

/// Reads an archive that cannot be sought in (standard input, a compressed tar, an engine's export) in one pass:
/// every member that looks like a layer is walked as it comes, every document is kept, and in the end the manifest
/// says which of them are the image's. Documents together may have 64 MiB.
///
/// Contents that only hard links name are not read: they would need a second pass. A note says so.
base::Result<StreamedImage> read_archive_stream(base::ByteStream& archive, const LayoutOptions& stored,
                                                const LayerOptions& layers);

}  // namespace doorman::source

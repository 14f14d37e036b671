// SPDX-License-Identifier: Apache-2.0
#include "parse/image/manifest.h"

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

/// Every document of an image, read as each of them.
void manifest(base::Bytes input) {
  namespace image = parse::image;
  const auto config = image::parse_config(input);
  const auto manifest = image::parse_manifest(input);
  if (config.ok() && manifest.ok()) (void)image::layer_refs(*manifest, *config);
  if (const auto index = image::parse_index(input); index.ok()) {
    (void)image::select_platform(*index, {"linux", "arm64", "v8"});
  }
  (void)image::parse_saved_images(input);
  (void)image::document_kind(input);
}

}  // namespace doorman::fuzz

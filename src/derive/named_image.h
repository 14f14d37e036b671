// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace doorman::derive {

/// An image under all that it is called.
struct NamedImage {
  base::Digest digest;
  std::vector<base::Digest> aliases;  ///< of its manifest and index
  std::vector<std::string> names;
};

/// A container, and its image where that is known.
struct NamedContainer {
  std::string id, name;
  std::optional<base::Digest> image;
};

/// The image that somebody means by a digest or its beginning (three digits at least), a name, or a container's
/// name or the beginning of its id. The surest way that fits anything decides: a whole digest, a whole name of an
/// image, a name of a container, the beginning of a digest or id, the end of an image's name, with or without its
/// tag. `not_found` where nothing fits, `usage` where several images do.
base::Result<base::Digest> find_named_image(std::span<const NamedImage> images,
                                            std::span<const NamedContainer> containers, std::string_view named);

}  // namespace doorman::derive

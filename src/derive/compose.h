// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/inventory.h"
#include "model/layer_facts.h"

namespace doorman::derive {

/// What is known of a target beside its layers.
struct Target {
  std::string name;  ///< as the user gave it
  model::Subject::Kind kind = model::Subject::Kind::image;
  std::optional<model::ImageIdentity> identity;  ///< an image has one, a root folder or host does not
  std::optional<model::ImageConfig> config;
  bool verified = true;
  std::vector<model::Secret> secrets = {};  ///< that its settings hold
};

/// Lays the layers over each other, bottom first, as the engines' overlay does (OCI image-spec v1.1, layer.md,
/// "Applying Changesets"), and tells what is left: which packages and programs there are, which layer brought each
/// and which operating-system package owns it.
///
/// - A file's facts are gone when a higher layer deletes the file, hides its folder, or has an entry of its own at
/// its
///   path or at that of one of its folders.
/// - A package that a manager's file lists came with the lowest layer from which on that file listed this version.
/// - The same package (type, name, version, architecture) in several places is one with several paths, unless some
/// of
///   the places are owned and some are not.
/// - A secret counts whatever a higher layer does to its file; it is only marked.
/// - A well-known program that an operating-system package owns is no package of its own.
model::Inventory compose(Target target, std::vector<model::LayerFacts> layers);

}  // namespace doorman::derive

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/digest.h"
#include "model/image.h"

namespace doorman::model {

/// An image that an engine of this host has in its storage, as the engine's files say.
struct LocalImage {
  base::Digest digest;                ///< of the configuration, computed
  std::vector<base::Digest> aliases;  ///< of its manifest and of the index that has it, as far as they are known
  std::string engine;                 ///< podman, docker, containerd
  std::vector<std::string> names;     ///< in full: `docker.io/library/alpine:3`; may be empty
  std::vector<std::string> former_names;  ///< that it had once, and another image may have now
  ImageConfig config;
  std::string target;  ///< how `doorman scan` reads it; empty: it cannot
};

/// A container of an engine's files, alive or not.
struct LocalContainer {
  std::string id, name, engine;
  std::string image;     ///< as it was asked for; may be empty
  std::string image_id;  ///< digest of its configuration; empty: not known
  bool running = false;
};

}  // namespace doorman::model

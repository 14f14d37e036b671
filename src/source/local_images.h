// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/local_image.h"
#include "source/container/folders.h"

namespace doorman::source {

/// What the engines of a host have in their files: images and containers of podman, CRI-O, docker and containerd.
/// No daemon is asked, no lock taken. The files belong to root and are believed, but parsed as hostile; a
/// configuration is an image's only if it has the digest by which it is named.
struct LocalImages {
  static constexpr std::size_t max_images = 1U << 16U;
  static constexpr std::size_t max_containers = 1U << 16U;

  std::vector<model::LocalImage> images;          ///< one for each engine that has it; sorted by digest and engine
  std::vector<model::LocalContainer> containers;  ///< `running` where a control group of this host is theirs
  std::vector<std::string> problems;              ///< what could not be read, one a line
  bool knows_running = false;                     ///< otherwise no container is told as running
};

/// Of this machine: `folders` as EngineFolders::of_this_host gives them. An engine that is not there has nothing.
LocalImages read_local_images(const container::EngineFolders& folders);

/// Where the engines of this machine have their files, for whoever asks: root's, or the user's own podman.
container::EngineFolders local_engine_folders();
/// The same of a host whose root file system lies at `root`; nothing of it runs here.
container::EngineFolders engine_folders_below(const std::string& root);

}  // namespace doorman::source

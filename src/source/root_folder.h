// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "source/layer_reader.h"

namespace doorman::source {

struct RootOptions {
  /// Canonical paths below the root that are passed over.
  std::vector<std::string> skip;
  /// The folder is an overlay file system's upper one: character devices 0/0 are whiteouts, and folders with the
  /// attribute `overlay.opaque` (trusted or user) hide what is below. Source: Linux, filesystems/overlayfs.rst.
  bool overlay = false;
  /// Pass over what is mounted of file systems that hold no files of the host's own: proc, sysfs, cgroup, network
  /// ones, overlays …
  bool only_own_file_systems = false;
};

/// Reads a folder that holds a root file system as one layer, on up to `jobs` threads: how many makes no difference
/// to the facts. Links are never followed; only regular files are opened; a file that cannot be read becomes a
/// note.
base::Result<model::LayerFacts> read_root_folder(const std::string& path, const RootOptions& root,
                                                 const LayerOptions& options, std::size_t jobs = 1);

/// What a scan of the running host passes over: kernel file systems, and the images that engines keep, which are
/// scanned as what they are.
RootOptions host_root_options();

}  // namespace doorman::source

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace doorman::app {

/// What kind of thing a target is, and where it is.
struct TargetSpec {
  enum class Kind : std::uint8_t {
    oci_archive,
    docker_archive,  ///< a tar file, compressed or not
    archive,         ///< one of these two: its content tells
    standard_input,
    oci_layout,
    registry,
    image,  ///< a bare name: of an engine here if one has it, else of a registry
    podman,
    docker,  ///< an engine's image over its socket
    containers_storage,
    containerd,
    root_folder,
    host,
  };

  Kind kind = Kind::registry;
  std::string text;      ///< as the user gave it
  std::string location;  ///< path or reference, without the prefix and the name
  std::string name;      ///< which image of an archive, layout or storage; may be empty
};

/// By prefix (`oci-archive:`, `docker-archive:`, `oci:`, `registry:`, `podman:`, `docker:`, `containers-storage:`,
/// `containerd:`, `dir:`), `host` or `-`; without one, by what is there: a file is an archive, a folder is a layout
/// when it has index.json and oci-layout, else a root file system. What is no path is the name of an image.
/// `PATH:NAME` names one image of an archive or layout; the longest path that exists is taken.
base::Result<TargetSpec> find_target(std::string_view text);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parse/container/bundle.h"

namespace doorman::source::container {

/// What of the host a container would reach by its mounts, its root and its devices: each path as it was written
/// and, where it is a link, as it leads; sorted.
struct HostReach {
  std::vector<std::string> paths, writable_paths;
  std::vector<std::string> engine_sockets;
  std::vector<std::string> devices;
};

/// `folder` is the bundle's. Left out is what the engine itself made for the container or its pod: paths with one
/// of `own_ids` in them, as far as these are ids that an engine drew; and the devices that every container has. A
/// socket is known by its inode too, whatever name it was mounted by.
HostReach reach_of(const parse::container::Bundle& bundle, const std::string& folder,
                   const std::vector<std::string_view>& own_ids);

}  // namespace doorman::source::container

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::parse::container {

/// What a runtime remembers of a container that it made.
struct RuntimeState {
  static constexpr std::size_t max_bytes = 16U << 20U;

  std::string id;      ///< empty in crun's, where the folder's name is the id
  std::string bundle;  ///< folder of config.json
  std::string group;   ///< control group: runc's with the mount point in front, crun's without
  std::string rootfs;
  std::uint32_t pid = 0;
};

/// /run/runc/ID/state.json. Source: runc libcontainer/container_linux.go, `State`.
base::Result<RuntimeState> parse_runc_state(base::Bytes json);
/// /run/crun/ID/status. Source: crun src/libcrun/status.c.
base::Result<RuntimeState> parse_crun_status(base::Bytes json);

}  // namespace doorman::parse::container

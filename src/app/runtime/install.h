// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "app/runtime/engine_settings.h"
#include "base/result.h"

namespace doorman::app {

/// Podman's drop-in that makes `program` its runtime. Source: containers.conf(5).
std::string podman_settings(std::string_view program);

/// Makes doorman-runtime a runtime of that engine (podman's only one), and gives what to tell the user. Podman has
/// a file of ours; daemon.json and config.toml are edited in their places, with their mode and owner. `etc` is
/// /etc. A file that is not understood, that was changed meanwhile or that is a link is left alone.
base::Result<std::string> install_runtime(std::string_view engine, const std::string& etc,
                                          const RuntimeSettings& settings);
/// Takes it away again.
base::Result<std::string> remove_runtime(std::string_view engine, const std::string& etc);

}  // namespace doorman::app

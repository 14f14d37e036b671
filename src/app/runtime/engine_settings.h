// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace doorman::app {

// What `runtime install` makes of an engine's settings, and `runtime remove` of that. Both are pure: text to text.
// A file that nobody wrote is nothing, and becomes nothing again. Where nobody touched the file meanwhile, removing
// gives every byte of the text before; else it takes away our part alone. What cannot be edited without risk is an
// error that says why. Engines know the runtime under this name.
inline constexpr std::string_view runtime_name = "doorman";
/// The program behind it.
inline constexpr std::string_view runtime_program = "doorman-runtime";

/// Below /etc.
inline constexpr std::string_view podman_file = "containers/containers.conf.d/doorman.conf",
                                  docker_file = "docker/daemon.json", containerd_file = "containerd/config.toml";
inline constexpr std::uint64_t max_settings_bytes = 1U << 20U;

/// Before what is ours.
inline constexpr std::string_view install_mark =
    "# Written by `doorman runtime install`; `doorman runtime remove` takes it away.\n";

struct RuntimeSettings {
  std::string_view program;  ///< the path of doorman-runtime
  bool is_default = false;   ///< for every container that names no other
};

using SettingsText = std::optional<std::string>;

/// Docker's daemon.json: a member of `runtimes`, and `default-runtime`.
/// Source: docs.docker.com/reference/cli/dockerd, daemon configuration file.
base::Result<std::string> docker_with(const SettingsText& text, const RuntimeSettings& settings);
base::Result<SettingsText> docker_without(std::string text);

/// containerd's config.toml, version 2 or 3: a runtime of the CRI plugin, with the options that runc has there.
/// Source: containerd docs/cri/config.md.
base::Result<std::string> containerd_with(const SettingsText& text, const RuntimeSettings& settings);
base::Result<SettingsText> containerd_without(std::string text);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "model/host_file.h"

namespace doorman::source {

/// Calls `visit` for each package that dpkg has installed below `root`; says how many there were. No dpkg:
/// not_found.
base::Result<std::size_t> read_host_packages(const std::string& root,
                                             const std::function<void(const model::HostPackage&)>& visit);

/// Changes when packages are installed, upgraded or removed; 0: there is no dpkg.
std::uint64_t host_packages_version(const std::string& root);

/// Of a file that is there; nothing if it cannot be read, or is larger than a program ever is.
std::optional<base::Md5> read_md5(const std::string& path);

}  // namespace doorman::source

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/host_file.h"
#include "model/layer_facts.h"

namespace doorman::source {

/// Calls `visit` for each package that dpkg has installed below `root`; says how many there were. No dpkg:
/// not_found.
base::Result<std::size_t> read_host_packages(const std::string& root,
                                             const std::function<void(const model::HostPackage&)>& visit);

/// What dpkg's status file and os-release say of the packages that are there, and of the distribution: no other
/// file is opened. Facts of each file that there is.
base::Result<std::vector<model::FileFacts>> read_package_status(const std::string& root);

/// Changes when packages are installed, upgraded or removed; 0: there is no dpkg.
std::uint64_t host_packages_version(const std::string& root);

/// Of a file that is there; nothing if it cannot be read, or is larger than a program ever is.
std::optional<base::Md5> read_md5(const std::string& path);

}  // namespace doorman::source

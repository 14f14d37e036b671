// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/bytes.h"
#include "model/host_file.h"

namespace doorman::parse::package {

/// As many files one package may have; what comes after is left out.
constexpr std::size_t max_host_files = 1'000'000;

/// The files of a package that is installed, from dpkg's `info/NAME.list` and `NAME.md5sums`, sorted by path.
/// Folders are among them, documentation is not: no program is there. Lines of another form are skipped.
std::vector<model::HostFile> parse_host_files(base::Bytes list, base::Bytes md5sums);

}  // namespace doorman::parse::package

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace doorman::source::container {

/// A regular file of another root: links in its path are followed as they are in there, and never lead out. For
/// content that is hostile: what is no regular file is not opened for reading, and more than `max_bytes` is an
/// error. Source: openat2(2), RESOLVE_IN_ROOT.
base::Result<std::string> read_file_in_root(const std::string& root, const std::string& path,
                                            std::uint64_t max_bytes);

}  // namespace doorman::source::container

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::action {

/// Puts `content` in the place of a file, so that readers find the old one or the new one: a new file beside it, of
/// the same mode and owner, takes its name. `seen` is the file that `content` was made of: where another one has
/// the name by then, or it was written to, that one keeps it, and it is a `mismatch`. A link is not followed, and
/// not replaced: `unsupported`.
base::Status rewrite_file(const std::string& path, base::Bytes content, const struct stat& seen);

}  // namespace doorman::action

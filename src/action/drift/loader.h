// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace doorman::action {

/// What a dynamic loader, stopped before its first instruction, was named.
struct LoaderFile {
  bool nothing = false;  ///< it was named none
  base::Fd file;         ///< open for reading; not valid when it cannot be told which it is
  std::string path;      ///< as the caller wrote it
};

/// `process` is its pid. The file is looked for as the loader will: below its root, from its folder.
LoaderFile read_loader_file(const std::string& process);
/// The same for one that is gone, by its arguments and its folder, below the root of another process of its
/// container.
LoaderFile read_loader_file(const std::string& process, std::string_view arguments, const std::string& folder);

/// A regular file below the root of that process, links followed, open for reading; not valid if there is none.
base::Fd open_in_root_of(const std::string& process, const std::string& path);

}  // namespace doorman::action

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace doorman::action {

/// What a dynamic loader that was run as a program will load.
struct LoaderArgument {
  bool nothing = false;        ///< it was named none, and tells how it is used
  std::string_view file = {};  ///< as the caller wrote it; empty: it cannot be told
};

/// `arguments` is /proc/PID/cmdline: each ends with NUL, the loader's own name first. Known are the options that
/// the loaders of glibc (elf/rtld.c, since 2.11) and musl (ldso/dynlink.c) read alike; with any other the file
/// cannot be told.
LoaderArgument parse_loader_argument(std::string_view arguments);

}  // namespace doorman::action

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace doorman::action {

/// The file that an interpreter was told to run as a program, as the caller wrote it: `x.sh` of `sh -e x.sh a b`.
/// Empty where the program is no interpreter, or its code comes from elsewhere (`sh -c`, `python -m`, standard
/// input).
///
/// `program` is the path of what runs; `arguments` is /proc/PID/cmdline: each ends with NUL, the program's own name
/// first. Known are shells, Python, Perl, Ruby, Node.js, PHP, Lua, AWK, Tcl, Expect, R and `java -jar`, by their
/// names with or without a version, and those that busybox has. Source of the options: their manuals.
std::string_view parse_script_argument(std::string_view program, std::string_view arguments);

}  // namespace doorman::action

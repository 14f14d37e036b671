// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace doorman::app {

/// Whether the program was started as `doorman-runtime`.
bool is_runtime_name(std::string_view program);

/// Stands where an OCI runtime stands; `doorman` is the whole program's path, for what this one may lack. A call
/// that makes a container is judged by its bundle: refused (1), told the way runc tells errors; or the process
/// becomes the real runtime. Any other call is the real runtime's at once.
int runtime_door(int count, char* const* arguments, std::string doorman);

}  // namespace doorman::app

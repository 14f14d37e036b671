// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace doorman::source {

/// Whose credentials a file of this canonical path holds, as its name tells: `Docker`, `AWS`, `Java keystore`;
/// empty for any other.
std::string_view credentials_by_name(std::string_view path);

}  // namespace doorman::source

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "parse/package/language.h"

namespace doorman::parse::package {

/// The normalised form of a Python project's name: lower case, and every run of `-`, `_` and `.` one `-`.
/// Source: PEP 503, "Normalized Names".
std::string normal_python_name(std::string_view name);

}  // namespace doorman::parse::package

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace doorman::app::cli {

/// The manual page doorman(1), from the table: roff with the macros of man(7).
std::string man_page();

}  // namespace doorman::app::cli

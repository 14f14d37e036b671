// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "app/cli/parse.h"
#include "app/cli/values.h"

namespace doorman::app {

/// What standard output is, for those who lay text out.
bool output_is_terminal();
bool errors_are_terminal();
/// Columns of the terminal, $COLUMNS where there is none, else 100.
std::size_t terminal_width(const cli::Environment& environment);
/// Whether to colour: `auto` means on a terminal that can, unless NO_COLOR is set (no-color.org).
bool use_colour(cli::ColorChoice choice, const cli::Environment& environment);
/// Whether the locale's text is UTF-8; a report in a file always is.
bool is_utf8(const cli::Environment& environment);

}  // namespace doorman::app

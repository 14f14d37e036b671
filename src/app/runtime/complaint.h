// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/runtime/arguments.h"
#include "base/time.h"

namespace doorman::app {

enum class Level : std::uint8_t { warning, error };

/// Tells an error the way runc does, so that the engine shows it as its own: a line of that form in the file of
/// `--log`, and the message on standard error. What a terminal might obey is written as \xNN.
void complain(const RuntimeCall& call, Level level, std::string_view message, base::Time now);

/// The line for the file: JSON for the format `json`, else as logfmt.
std::string complaint_line(std::string_view format, Level level, std::string_view message, base::Time now);

}  // namespace doorman::app

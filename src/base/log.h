// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace doorman::base {

/// What a message is worth, in rising order.
enum class LogLevel : std::uint8_t {
  info,     ///< what was done
  warning,  ///< the result is right, but less than it could be, or somebody made a slip
  error,    ///< the program ends in failure
};

/// The least that is shown, `info` at first. `--quiet` makes it `error`. For the whole process.
void set_log_level(LogLevel least);

/// One line on standard error: `doorman: MESSAGE`, or `doorman: warning: MESSAGE`. Whole lines even from several
/// threads. What a terminal might obey is written as \xNN.
void log(LogLevel level, std::string_view message);

/// The error as a warning, where there is one.
void warn_of(const Status& status);

}  // namespace doorman::base

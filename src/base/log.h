// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

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

/// A line at the foot of the terminal that the next one replaces: a progress bar. Messages appear above it. Only
/// for a standard error that is a terminal; the text is shown as it is, with its colours. Empty text takes it away.
void show_status_line(std::string_view text);

}  // namespace doorman::base

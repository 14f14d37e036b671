// SPDX-License-Identifier: Apache-2.0
#include "app/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.h"

namespace doorman::app {
namespace {

constexpr std::size_t default_width = 100;

}  // namespace

bool output_is_terminal() { return ::isatty(STDOUT_FILENO) != 0; }
bool errors_are_terminal() { return ::isatty(STDERR_FILENO) != 0; }

std::size_t terminal_width(const cli::Environment& environment) {
  winsize size{};
  std::size_t columns = 0;
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  if (columns == 0)
    columns = static_cast<std::size_t>(base::to_number(cli::variable(environment, "COLUMNS")).value_or(0));
  if (columns == 0) columns = default_width;
  return std::clamp<std::size_t>(columns, cli::min_width, cli::max_width);
}

bool use_colour(cli::ColorChoice choice, const cli::Environment& environment) {
  switch (choice) {
    case cli::ColorChoice::always:
      return true;
    case cli::ColorChoice::never:
      return false;
    case cli::ColorChoice::automatic:
      break;
  }
  return output_is_terminal() && cli::variable(environment, "NO_COLOR").empty() &&
         cli::variable(environment, "TERM") != "dumb";
}

bool is_utf8(const cli::Environment& environment) {
  for (const std::string_view name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = base::to_lower(cli::variable(environment, name));
    if (!value.empty()) return value.ends_with("utf-8") || value.ends_with("utf8");
  }
  return !output_is_terminal();
}

}  // namespace doorman::app

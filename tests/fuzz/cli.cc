// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "app/cli/parse.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {

/// The input's lines are the arguments; a line that begins with DOORMAN_ is a variable.
void cli(base::Bytes input) {
  std::vector<std::string> arguments;
  app::cli::Environment environment;
  for (const std::string_view line : base::split(input, '\n')) {
    const std::size_t equals = line.find('=');
    if (line.starts_with("DOORMAN_") && equals != std::string_view::npos) {
      environment.emplace(line.substr(0, equals), line.substr(equals + 1));
    } else {
      arguments.emplace_back(line);
    }
  }
  const auto nothing = [](const std::string& path) -> base::Result<std::string> {
    return base::Error(base::ErrorCode::not_found, path);
  };
  const auto command = app::cli::parse_command(arguments, environment, nothing);
  if (!command.ok()) return;
  const auto outputs = command.value().get(app::cli::options::output);
  (void)app::cli::plan_outputs(command.value().get(app::cli::options::format), outputs);
}

}  // namespace doorman::fuzz

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "app/cli/values.h"

namespace doorman::app::cli {

/// A script that teaches the shell the table of verbs and options: verbs, options, the choices of values, and files
/// and folders where these are what is asked for.
std::string completion_script(Shell shell);

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace doorman::app::cli

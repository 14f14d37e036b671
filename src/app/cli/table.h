// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "app/cli/option.h"
#include "app/cli/verb.h"

/// The table of verbs and options. What the program accepts is written in verbs/ and options.h and nowhere else:
/// the parser, help, manual page, completions, environment and configuration file all read it.
namespace doorman::app::cli {

std::span<const Verb* const> verbs();
const Verb& verb_of(VerbId id);
/// What every verb takes, and what stands before any verb.
std::span<const Option* const> common_options();
/// About the program as a whole: exit status, environment, files.
std::span<const Section> program_sections();

inline constexpr std::string_view program_name = "doorman";
inline constexpr std::string_view program_summary =
    "checks what a container is, at each of the doors that it passes";

}  // namespace doorman::app::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/parse.h"

namespace doorman::app {

// The verbs `policy …`. Each returns the exit code: 0 passed, 1 the answer is no, 2 it could not be decided.

/// Reads rule files and packs as one, and tells everything that is wrong with them.
int policy_check(const cli::ParsedCommand& command);
/// Parses a condition, or those of standard input, and tells the trees.
int policy_parse(const cli::ParsedCommand& command);
/// Asks the rules of packs about the cases beside them.
int policy_test(const cli::ParsedCommand& command);
/// Tells what decided each rule for one case.
int policy_explain(const cli::ParsedCommand& command);
/// Lists the field catalogue.
int policy_fields(const cli::ParsedCommand& command);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policy/rule.h"

namespace doorman::policy {

struct LoadOptions {
  /// Text that is added to the outputs of some rules (Falco's append_output).
  struct ExtraOutput {
    std::string format;
    std::optional<std::string> source, rule;
    std::vector<std::string> tags;  ///< a rule must have all of them
  };
  std::vector<ExtraOutput> extra_outputs;
  std::string source;  ///< of a rule without `source:`; empty for syscall
};

/// What was read, and everything that is wrong with it: all mistakes at once, not the first.
struct Loaded {
  RuleSet rules;  ///< with errors, what is left of them: to be looked at and checked, not for judging
  std::vector<Diagnostic> diagnostics;

  [[nodiscard]] bool ok() const;  ///< no error among them
};

/// Reads rule files in order, as if they were one. Macros, lists, exceptions, `append` and `override` are resolved,
/// and outputs and the fields of exceptions are checked against the catalogue; conditions are not (see
/// Engine::compile). Format: docs/policy-language.md; Falco's, with optional keys of ours.
Loaded load_rules(std::vector<SourceText> texts, const LoadOptions& options = {});

}  // namespace doorman::policy

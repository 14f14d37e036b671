// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policy/engine/engine.h"

namespace doorman::app {

/// Rule files that were read as one, checked and compiled.
struct CompiledPolicy {
  std::vector<policy::SourceText> texts;
  std::vector<policy::Diagnostic> diagnostics;   ///< by file and place
  std::shared_ptr<const policy::Engine> engine;  ///< nullptr when there is an error
  std::size_t rules = 0, macros = 0, lists = 0;  ///< that are sound
  std::size_t errors = 0, warnings = 0;

  [[nodiscard]] bool ok() const { return errors == 0; }
};

/// What is wrong is told all at once: of the loading, and of what is sound enough to be compiled.
CompiledPolicy compile_policy(std::vector<policy::SourceText> texts);

/// Every diagnostic, for people.
std::string diagnostics_text(const CompiledPolicy& compiled);

/// `1 rule`, `2 rules`.
std::string counted(std::size_t count, std::string_view noun);

}  // namespace doorman::app

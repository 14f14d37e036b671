// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "policy/diagnostic.h"
#include "policy/exception.h"
#include "policy/rule.h"

namespace doorman::policy {

struct LoadedExceptions {
  std::vector<Exception> exceptions;  ///< in the order of the files
  std::vector<Diagnostic> diagnostics;
  std::vector<SourceText> texts;

  [[nodiscard]] bool ok() const;  ///< no error among them
};

inline constexpr std::size_t max_exceptions = 10'000;
inline constexpr std::size_t max_exception_values = 1'000;  ///< of one key
inline constexpr std::size_t max_exception_value_bytes = 4'096;
/// Of exceptions that name nothing but the image exactly, taken together: each is compared with each match.
inline constexpr std::size_t max_pattern_values = 1'000;

/// Reads files of exceptions to the rules of that set. Format: docs/verdict.md. All mistakes are told at once.
/// Exceptions may also name rules of `other`, of which they take nothing away here.
LoadedExceptions load_exceptions(std::vector<SourceText> texts, const RuleSet& rules,
                                 const RuleSet* other = nullptr);

}  // namespace doorman::policy

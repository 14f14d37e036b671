// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/check/predicate.h"

namespace doorman::policy {

/// Something to be told of a part of a condition.
struct CheckNote {
  const Condition* part = nullptr;  ///< belongs to the condition that was checked
  CheckError what;
};

/// After so many errors the rest of a condition is not looked at.
inline constexpr std::size_t max_check_errors = 100;

/// A condition whose every field, operator and value was looked at.
struct CheckedCondition {
  std::optional<Checked> tree;      ///< when there is no error
  std::vector<CheckNote> errors;    ///< all that there are, or max_check_errors
  std::vector<CheckNote> warnings;  ///< what is allowed, but hardly meant
};

/// Regular expressions that were compiled before, by pattern: those of a macro stand in many conditions.
using Patterns = std::map<std::string, std::shared_ptr<const base::Regex>, std::less<>>;
/// So many different ones may be in all conditions that share their patterns.
inline constexpr std::size_t max_patterns = 10'000;

/// Checks a resolved condition for facts of that source. It must outlive what is returned.
CheckedCondition check_condition(const Condition& condition, model::EventSource source, const Catalogue& catalogue,
                                 Patterns& patterns);
CheckedCondition check_condition(const Condition& condition, model::EventSource source,
                                 const Catalogue& catalogue = model_catalogue());

/// Whether values of that type can be compared so; nothing, or why not.
std::optional<std::string> why_not_comparable(Operator op, model::FieldType type, Several several);

}  // namespace doorman::policy

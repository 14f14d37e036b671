// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/facts.h"
#include "policy/rule.h"

namespace doorman::policy {

/// Why a condition, or a part of one, is true or false for some facts.
struct Explanation {
  Condition::Kind kind = Condition::Kind::check;
  bool truth = false;
  /// Whether the whole answer rests on this part: with another answer here, and the rest as it is, the whole could
  /// have been another. Of an `or` that is true, its true parts; of an `and` that is false, its false ones.
  bool decided = false;
  std::string text;   ///< of a check, as a condition says it
  std::string macro;  ///< the innermost macro that the part came from; empty when the rule says it itself

  /// What the fields of a check held: `proc.name`, `nginx`. Printable; `<NA>` where there was no value.
  struct Seen {
    std::string field, value;
  };
  std::vector<Seen> seen;
  std::vector<Explanation> parts;  ///< of `and`, `or` and `not`
};

/// Every part of the rule's condition, each with its answer. The rule must be one that compiled; it is walked as it
/// was written, so this is for looking at one event, not for many.
Explanation explain(const Rule& rule, const RuleSet& rules, const model::Facts& facts);

}  // namespace doorman::policy

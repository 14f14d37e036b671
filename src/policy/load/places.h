// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/load/report.h"
#include "policy/rule.h"

namespace doorman::policy {

/// How one comes to a place in a rule's condition: the rule, its condition, the macros that the part came through,
/// the place itself. `part` is of `rule.condition`, `at` of it or of its terms.
Places places_of(const RuleSet& set, const Rule& rule, const Condition& part, const Position& at);

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "policy/check/check.h"
#include "policy/check/compare.h"
#include "policy/engine/engine.h"

namespace doorman::policy {
namespace {

bool walk(const Checked& checked, const model::Facts& facts, base::Arena& scratch) {
  const auto holds_too = [&](const Checked& part) { return walk(part, facts, scratch); };
  switch (checked.kind) {
    case Checked::Kind::all:
      return std::ranges::all_of(checked.parts, holds_too);
    case Checked::Kind::any:
      return std::ranges::any_of(checked.parts, holds_too);
    case Checked::Kind::no:
      return !walk(checked.parts.front(), facts, scratch);
    case Checked::Kind::predicate:
      return holds(*checked.predicate, facts, scratch);
  }
  return false;
}

}  // namespace

bool matches_plainly(const Rule& rule, const model::Facts& facts, const Catalogue& catalogue) {
  if (facts.source() != rule.source) return false;
  const CheckedCondition checked = check_condition(rule.condition, rule.source, catalogue);
  base::Arena scratch;
  return checked.tree && walk(*checked.tree, facts, scratch);
}

}  // namespace doorman::policy

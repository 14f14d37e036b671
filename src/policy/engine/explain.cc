// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/explain.h"

#include <algorithm>

#include "policy/check/operand.h"
#include "policy/engine/engine.h"
#include "policy/output.h"

namespace doorman::policy {
namespace {

class Walk {
 public:
  Walk(const Rule& rule, const RuleSet& rules, const model::Facts& facts) : rules_(rules), facts_(facts) {
    one_check_.name = rule.name;
    one_check_.source = rule.source;
  }

  Explanation of(const Condition& condition) {
    Explanation told;
    told.kind = condition.kind;
    if (!condition.through.empty() && condition.through.back() < rules_.macros.size()) {
      told.macro = rules_.macros[condition.through.back()].name;
    }
    for (const Condition& part : condition.parts) told.parts.push_back(of(part));
    const auto is_true = [](const Explanation& part) { return part.truth; };
    switch (condition.kind) {
      case Condition::Kind::all:
        told.truth = std::ranges::all_of(told.parts, is_true);
        break;
      case Condition::Kind::any:
        told.truth = std::ranges::any_of(told.parts, is_true);
        break;
      case Condition::Kind::no:
        told.truth = !told.parts.front().truth;
        break;
      case Condition::Kind::check:
        look_at(condition, told);
        break;
      case Condition::Kind::name:
        break;  // resolved conditions have none
    }
    return told;
  }

 private:
  void look_at(const Condition& check, Explanation& told) {
    told.text = to_text(check);
    one_check_.condition = check;
    told.truth = matches_plainly(one_check_, facts_);
    see(check.left, told);
    see(check.right, told);
  }

  void see(const Term& term, Explanation& told) {
    if (term.kind != Term::Kind::field) {
      for (const Term& item : term.items) see(item, told);
      return;
    }
    const auto operand = check_operand(term, one_check_.source);
    if (const auto* field = std::get_if<Operand>(&operand)) {
      told.seen.push_back({to_text(term), shown(read(*field, facts_, scratch_))});
      scratch_.clear();
    }
  }

  const RuleSet& rules_;
  const model::Facts& facts_;
  base::Arena scratch_;
  Rule one_check_;
};

/// The answer of a part rests on those of its own parts that have the same one; that of a `not` on its only part.
void mark_decided(Explanation& part) {
  part.decided = true;
  for (Explanation& inner : part.parts) {
    if (part.kind == Condition::Kind::no || inner.truth == part.truth) mark_decided(inner);
  }
}

}  // namespace

Explanation explain(const Rule& rule, const RuleSet& rules, const model::Facts& facts) {
  Explanation whole = Walk(rule, rules, facts).of(rule.condition);
  mark_decided(whole);
  return whole;
}

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
#include "policy/lower/lower.h"

#include <algorithm>
#include <map>
#include <set>

#include "policy/engine/event_types.h"
#include "policy/lower/paths.h"
#include "policy/output.h"

namespace doorman::policy {
namespace {

/// Which events of one type a part of a condition can be true for.
struct Need {
  bool possible = true;
  PathSet paths;
  bool reads = true, writes = true;

  static Need nothing() { return {false, {false, {}, {}}, false, false}; }
  [[nodiscard]] Need both(const Need& other) const {
    if (!possible || !other.possible) return nothing();
    return {true, paths.narrower(other.paths), reads && other.reads, writes && other.writes};
  }
  [[nodiscard]] Need either(const Need& other) const {
    if (!possible) return other;
    if (!other.possible) return *this;
    return {true, paths.joined(other.paths), reads || other.reads, writes || other.writes};
  }
};

bool says_true(const Condition& check, std::string_view field) {
  return check.left.kind == Term::Kind::field && check.left.text == field &&
         (check.op == Operator::equal || check.op == Operator::equal2) && check.modifier == Modifier::none &&
         check.right.kind == Term::Kind::literal && (check.right.text == "true" || check.right.text == "1");
}

Need need_of_check(const Condition& check) {
  Need need;
  need.paths = paths_of(check);
  if (says_true(check, "evt.is_open_read")) need.writes = false;
  if (says_true(check, "evt.is_open_write")) need.reads = false;
  return need;
}

Need need_of(const Condition& condition, std::size_t type, bool negated) {
  switch (condition.kind) {
    case Condition::Kind::no:
      return need_of(condition.parts.front(), type, !negated);
    case Condition::Kind::all:
    case Condition::Kind::any: {
      const bool meet = (condition.kind == Condition::Kind::all) != negated;
      Need need = meet ? Need() : Need::nothing();
      for (const Condition& part : condition.parts) {
        const Need more = need_of(part, type, negated);
        need = meet ? need.both(more) : need.either(more);
      }
      return need;
    }
    case Condition::Kind::check: {
      if (!event_types_of(condition, negated).test(type)) return Need::nothing();
      return negated ? Need() : need_of_check(condition);
    }
    case Condition::Kind::name:
      break;
  }
  return {};
}

using Fields = std::set<model::FieldId>;

void add_fields(const Term& term, Fields& fields) {
  if (term.kind == Term::Kind::field) {
    if (const model::Field* field = model::find_field(term.text)) fields.insert(field->id);
  }
  for (const Term& item : term.items) add_fields(item, fields);
}

void add_fields(const Condition& condition, Fields& fields) {
  for (const Condition& part : condition.parts) add_fields(part, fields);
  add_fields(condition.left, fields);
  add_fields(condition.right, fields);
}

model::EventNeed to_event_need(model::EventType type, Need need) {
  return {type,       need.paths.any, std::move(need.paths.exact), std::move(need.paths.prefixes),
          need.reads, need.writes};
}

}  // namespace

model::KernelNeeds lower(const RuleSet& rules) {
  std::map<std::size_t, Need> needs;
  Fields fields;
  for (const Rule& rule : rules.rules) {
    if (!rule.enabled || rule.source != model::EventSource::syscall) continue;
    const EventTypes types = event_types_of(rule.condition);
    for (std::size_t type = 1; type < max_event_types; ++type) {
      if (!types.test(type)) continue;
      const Need need = need_of(rule.condition, type, false);
      if (!need.possible) continue;
      const auto [at, is_new] = needs.try_emplace(type, need);
      if (!is_new) at->second = at->second.either(need);
    }
    add_fields(rule.condition, fields);
    const auto output = OutputFormat::parse(rule.output, rule.source);
    if (const auto* format = std::get_if<OutputFormat>(&output)) {
      for (const model::FieldId field : format->fields()) fields.insert(field);
    }
  }
  model::KernelNeeds all;
  for (auto& [type, need] : needs) {
    all.events.push_back(to_event_need(static_cast<model::EventType>(type), std::move(need)));
  }
  all.fields.assign(fields.begin(), fields.end());
  return all;
}

}  // namespace doorman::policy

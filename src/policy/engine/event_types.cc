// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/event_types.h"

#include <optional>

#include "base/text.h"

namespace doorman::policy {
namespace {

EventTypes named(const std::string& name) {
  EventTypes types;
  if (const model::EventInfo* info = model::find_event_type(name)) types.set(static_cast<std::size_t>(info->type));
  return types;
}

bool is_field(const Term& term, std::string_view name) {
  return term.kind == Term::Kind::field && term.text == name && !term.argument;
}

bool is_equality(Operator op) { return op == Operator::equal || op == Operator::equal2; }

/// The values on the right as text, where all of them are written there.
std::optional<std::vector<std::string>> literals(const Term& right) {
  if (right.kind == Term::Kind::literal) return std::vector{right.text};
  if (right.kind != Term::Kind::list) return std::nullopt;
  std::vector<std::string> texts;
  for (const Term& item : right.items) {
    if (item.kind != Term::Kind::literal) return std::nullopt;
    texts.push_back(item.text);
  }
  return texts;
}

/// evt.num counts from 1: what a comparison with a number says of every event, if it says that.
std::optional<bool> decided_by_number(const Condition& check) {
  const auto texts = literals(check.right);
  if (!is_field(check.left, "evt.num") || check.modifier != Modifier::none || !texts) return std::nullopt;
  std::optional<std::uint64_t> number;
  for (const std::string& text : *texts) {
    number = base::to_number(text);
    if (!number || (check.op == Operator::in && *number != 0)) return std::nullopt;
  }
  if (check.op == Operator::in) return false;
  const std::uint64_t n = number.value_or(2);
  if (is_equality(check.op) && n == 0) return false;
  if (check.op == Operator::unequal && n == 0) return true;
  if (check.op == Operator::less && n <= 1) return false;
  if (check.op == Operator::less_equal && n == 0) return false;
  if (check.op == Operator::greater && n == 0) return true;
  if (check.op == Operator::greater_equal && n <= 1) return true;
  return std::nullopt;
}

/// The types that one check lets through; nothing where it does not speak of types.
std::optional<EventTypes> types_of_check(const Condition& check) {
  if (const auto decided = decided_by_number(check)) return *decided ? every_event_type() : EventTypes();
  if (!is_field(check.left, "evt.type") && !is_field(check.left, "syscall.type")) return std::nullopt;
  if (check.op == Operator::exists) return every_event_type();
  const bool listed = check.op == Operator::in || (is_equality(check.op) && check.modifier != Modifier::allof);
  if (!listed && check.op != Operator::unequal) return std::nullopt;
  if (check.op == Operator::unequal && check.modifier != Modifier::none) return std::nullopt;
  const auto names = literals(check.right);
  if (!names) return std::nullopt;
  EventTypes types;
  for (const std::string& name : *names) types |= named(name);
  return check.op == Operator::unequal ? every_event_type() & ~types : types;
}

}  // namespace

// Negation is carried to the leaves, where a check that does not speak of types stays neutral.
EventTypes event_types_of(const Condition& condition, bool negated) {
  switch (condition.kind) {
    case Condition::Kind::no:
      return event_types_of(condition.parts.front(), !negated);
    case Condition::Kind::all:
    case Condition::Kind::any: {
      const bool meet = (condition.kind == Condition::Kind::all) != negated;
      EventTypes types = meet ? every_event_type() : EventTypes();
      for (const Condition& part : condition.parts) {
        if (meet) types &= event_types_of(part, negated);
        else types |= event_types_of(part, negated);
      }
      return types;
    }
    case Condition::Kind::check: {
      const auto types = types_of_check(condition);
      if (!types) return every_event_type();
      return negated ? every_event_type() & ~*types : *types;
    }
    case Condition::Kind::name:
      break;
  }
  return every_event_type();
}

EventTypes every_event_type() {
  static const EventTypes every = [] {
    EventTypes types;
    for (const model::EventInfo& each : model::event_types()) types.set(static_cast<std::size_t>(each.type));
    return types;
  }();
  return every;
}

}  // namespace doorman::policy

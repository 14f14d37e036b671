// SPDX-License-Identifier: Apache-2.0
// What may be compared with what follows falcosecurity/libs userspace/libsinsp/filter.cpp and
// sinsp_filtercheck.cpp.
#include "policy/check/check.h"

#include <fmt/format.h>

#include "base/text.h"
#include "model/event_type.h"
#include "policy/check/literal.h"
#include "policy/check/warnings.h"
#include "policy/diagnostic.h"

namespace doorman::policy {
namespace {

using model::FieldType;

bool takes_list(Operator op) { return op == Operator::in || op == Operator::intersects || op == Operator::pmatch; }

/// Texts of a path and other texts may be compared with each other.
bool same_kind(FieldType a, FieldType b) {
  const auto plain = [](FieldType type) { return type == FieldType::path ? FieldType::text : type; };
  return plain(a) == plain(b);
}

/// The field that functions of one argument are applied to.
const Operand& innermost(const Operand& operand) {
  const Operand* at = &operand;
  while (at->kind == Operand::Kind::call && at->arguments.size() == 1) at = &at->arguments.front();
  return *at;
}

class ConditionChecker {
 public:
  ConditionChecker(model::EventSource source, const Catalogue& catalogue, Patterns& patterns,
                   CheckedCondition& result)
      : source_(source), catalogue_(catalogue), patterns_(patterns), result_(result) {}

  Checked check(const Condition& condition) {
    Checked made;
    made.written = &condition;
    if (result_.errors.size() >= max_check_errors) return made;
    switch (condition.kind) {
      case Condition::Kind::all:
        made.kind = Checked::Kind::all;
        break;
      case Condition::Kind::any:
        made.kind = Checked::Kind::any;
        break;
      case Condition::Kind::no:
        made.kind = Checked::Kind::no;
        break;
      case Condition::Kind::check:
        made.predicate = predicate(condition);
        return made;
      case Condition::Kind::name:
        wrong(condition,
              {fmt::format("unexpected identifier '{}'", base::printable(condition.name)), "", condition.at});
        return made;
    }
    made.parts.reserve(condition.parts.size());
    for (const Condition& part : condition.parts) made.parts.push_back(check(part));
    return made;
  }

 private:
  void wrong(const Condition& part, CheckError error) { result_.errors.push_back({&part, std::move(error)}); }

  void wrong(const Condition& part, const Term& term, std::string message) {
    wrong(part, {std::move(message), "", term.at});
  }

  std::optional<Operand> operand(const Condition& part, const Term& term) {
    auto outcome = check_operand(term, source_, catalogue_);
    if (auto* made = std::get_if<Operand>(&outcome)) return std::move(*made);
    wrong(part, std::get<CheckError>(std::move(outcome)));
    return std::nullopt;
  }

  /// nullptr after an error.
  std::shared_ptr<const Predicate> predicate(const Condition& condition) {
    auto left = operand(condition, condition.left);
    if (!left) {
      if (condition.op != Operator::exists && is_operand(condition.right))
        (void)operand(condition, condition.right);
      return nullptr;
    }
    auto made = std::make_shared<Predicate>();
    made->left = *std::move(left);
    made->op = condition.op == Operator::equal2 ? Operator::equal : condition.op;
    made->modifier = condition.modifier;
    made->several = several(made->left);
    if (auto why = why_not_comparable(made->op, made->left.type, made->several)) {
      wrong(condition, condition.left, *std::move(why));
      return nullptr;
    }
    if (made->op != Operator::exists && !right(condition, *made)) return nullptr;
    made->known = known(*made);
    return made;
  }

  static bool is_operand(const Term& term) {
    return term.kind == Term::Kind::call || term.kind == Term::Kind::field;
  }

  [[nodiscard]] Several several(const Operand& left) const {
    if (left.kind == Operand::Kind::field) return several_of(catalogue_.field(left.field.id), left.field);
    return left.list ? Several::plain_list : Several::one;
  }

  bool right(const Condition& condition, Predicate& made) {
    const Term& term = condition.right;
    if (is_operand(term)) return other_field(condition, made);
    const bool wants_list = takes_list(made.op) || made.modifier != Modifier::none;
    const bool is_list = term.kind == Term::Kind::list;
    if (term.kind == Term::Kind::name || (is_list && !wants_list)) {
      wrong(condition, term, fmt::format("operator '{}' takes one value, not a list", to_text(condition.op)));
      return false;
    }
    const std::size_t before = result_.errors.size();
    if (is_list) {
      made.literals.reserve(term.items.size());
      for (const Term& item : term.items) value(condition, item, made);
    } else {
      value(condition, term, made);
    }
    return result_.errors.size() == before;
  }

  void value(const Condition& condition, const Term& term, Predicate& made) {
    if (term.kind != Term::Kind::literal) return wrong(condition, term, "expected a value");
    for (std::string& warning : warnings_of(made.op, term.text, source_, catalogue_))
      result_.warnings.push_back({&condition, {std::move(warning), "", term.at}});
    const bool hex = made.op == Operator::bcontains || made.op == Operator::bstartswith;
    auto literal = hex ? read_hex(term.text) : read_literal(made.left.type, term.text, falcos(made.left));
    if (!literal.ok()) return wrong(condition, term, literal.error().message());
    if (made.op == Operator::regex && !pattern(condition, term, made)) return;
    if (names_event_type(made) && model::find_event_type(term.text) == nullptr)
      return wrong(condition, {fmt::format("unknown event type {}", base::printable(term.text)),
                               event_type_hint(term.text), term.at, true});
    made.literals.push_back(*std::move(literal));
  }

  bool pattern(const Condition& condition, const Term& term, Predicate& made) {
    auto known = patterns_.find(term.text);
    if (known == patterns_.end()) {
      if (patterns_.size() >= max_patterns) {
        wrong(condition, term, fmt::format("more than {} different patterns", max_patterns));
        return false;
      }
      auto regex = base::Regex::compile(term.text);
      if (!regex.ok()) {
        wrong(condition, term, "invalid regex pattern: " + regex.error().message());
        return false;
      }
      known = patterns_.emplace(term.text, std::make_shared<const base::Regex>(*std::move(regex))).first;
    }
    made.patterns.push_back(known->second);
    return true;
  }

  /// Falco knows no fractions, so what its fields are compared with has none.
  [[nodiscard]] bool falcos(const Operand& left) const {
    const Operand& field = innermost(left);
    return field.kind == Operand::Kind::field &&
           (catalogue_.field(field.field.id).sources & model::set_of(model::EventSource::syscall)) != 0;
  }

  [[nodiscard]] bool is_field(const Operand& operand, std::string_view name) const {
    return operand.kind == Operand::Kind::field && catalogue_.field(operand.field.id).name == name;
  }

  [[nodiscard]] bool names_event_type(const Predicate& made) const {
    const bool whole = made.op == Operator::equal || made.op == Operator::unequal || made.op == Operator::in ||
                       made.op == Operator::intersects;
    return whole && is_field(made.left, "evt.type");
  }

  static std::string event_type_hint(std::string_view text) {
    std::vector<std::string_view> names;
    for (const model::EventInfo& event : model::event_types()) names.push_back(event.name);
    return hint_for(text, names);
  }

  bool other_field(const Condition& condition, Predicate& made) {
    auto right = operand(condition, condition.right);
    if (!right) return false;
    if (made.op == Operator::pmatch || made.op == Operator::regex) {
      wrong(condition, condition.right,
            fmt::format("operator '{}' doesn't support right-hand side fields", to_text(made.op)));
      return false;
    }
    for (const auto& [side, term] :
         {std::pair(&made.left, &condition.left), std::pair(&*right, &condition.right)}) {
      const Operand& field = innermost(*side);
      if (field.kind != Operand::Kind::field || takes_fields(catalogue_.field(field.field.id))) continue;
      wrong(
          condition, *term,
          fmt::format("field '{}' doesn't support right-hand side fields", catalogue_.field(field.field.id).name));
      return false;
    }
    if (!same_kind(made.left.type, right->type) || made.left.list != right->list) {
      wrong(condition, condition.right,
            fmt::format("'{}' has type '{}'{} while the right-hand side '{}' has incompatible type '{}'{}",
                        to_text(made.left, catalogue_), model::to_text(made.left.type),
                        made.left.list ? " (list)" : "", to_text(*right, catalogue_), model::to_text(right->type),
                        right->list ? " (list)" : ""));
      return false;
    }
    made.right = *std::move(right);
    return true;
  }

  /// Events are numbered from 1, so that rule files write `evt.num=0` for never and `evt.num>=0` for always.
  [[nodiscard]] std::optional<bool> known(const Predicate& made) const {
    if (!is_field(made.left, "evt.num") || made.right || made.modifier != Modifier::none) return std::nullopt;
    if (made.op == Operator::in) {
      for (const Literal& literal : made.literals) {
        if (std::get<std::uint64_t>(literal) != 0) return std::nullopt;
      }
      return false;
    }
    if (made.literals.size() != 1) return std::nullopt;
    const auto number = std::get<std::uint64_t>(made.literals.front());
    if (number == 0 && (made.op == Operator::equal || made.op == Operator::less_equal)) return false;
    if (number == 0 && (made.op == Operator::unequal || made.op == Operator::greater)) return true;
    if (number <= 1 && made.op == Operator::less) return false;
    if (number <= 1 && made.op == Operator::greater_equal) return true;
    return std::nullopt;
  }

  model::EventSource source_;
  const Catalogue& catalogue_;
  Patterns& patterns_;
  CheckedCondition& result_;
};

}  // namespace

CheckedCondition check_condition(const Condition& condition, model::EventSource source, const Catalogue& catalogue,
                                 Patterns& patterns) {
  CheckedCondition result;
  Checked tree = ConditionChecker(source, catalogue, patterns, result).check(condition);
  if (result.errors.empty()) result.tree = std::move(tree);
  return result;
}

CheckedCondition check_condition(const Condition& condition, model::EventSource source,
                                 const Catalogue& catalogue) {
  Patterns patterns;
  return check_condition(condition, source, catalogue, patterns);
}

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
// Which macro may be used where is as in falcosecurity/falco userspace/engine/rule_loader_compiler.cpp: in a rule
// any, in a macro those that were defined before it.
#include "policy/load/resolver.h"

#include <fmt/format.h>

#include <algorithm>

namespace doorman::policy {
namespace {

constexpr std::size_t all_visible = static_cast<std::size_t>(-1);

// A hint looks at every name, so neither of hints nor of names there may be too many.
constexpr std::size_t most_hints = 50;
constexpr std::size_t most_suggestions = 5000;

Place expression(const Position& at) { return {"condition expression", "", at.file, at}; }

void came_through(Condition& condition, std::uint32_t macro) {
  condition.through.insert(condition.through.begin(), macro);
  for (Condition& part : condition.parts) came_through(part, macro);
}

}  // namespace

Resolver::Resolver(const std::vector<ListItem>& lists, const std::vector<MacroItem>& macros, const Names& broken,
                   Report& report)
    : report_(report), lists_(lists, report), macros_(macros), broken_(broken), resolved_(macros.size()) {
  for (std::size_t i = 0; i < macros.size(); ++i) {
    index_.emplace(macros[i].name, i);
    if (i < most_suggestions) macro_names_.push_back(macros[i].name);
    if (auto parsed = parse(macros[i].condition, macros[i].condition_places)) {
      resolved_[i].condition = *std::move(parsed);
    } else {
      resolved_[i].state = State::unreadable;
    }
  }
  for (std::size_t i = 0; i < macros.size(); ++i) resolve_macro(i, 1);
}

std::optional<Condition> Resolver::parse(const PlacedText& text, const Places& places) {
  ParsedCondition parsed = parse_condition(text.text(), {max_rule_condition_depth, lists_.odd_names()});
  if (parsed.condition) {
    place(*parsed.condition, text);
    return std::move(parsed.condition);
  }
  const SyntaxError& error = *parsed.error;
  report_.error(code::compile_condition, error.message, within(places, expression(text.at(error.at.offset))),
                error.hint);
  return std::nullopt;
}

std::optional<Resolver::Resolution> Resolver::resolve(const PlacedText& text, const Places& places,
                                                      std::vector<Condition> without) {
  auto condition = parse(text, places);
  if (!condition) return std::nullopt;
  if (!without.empty()) {
    Condition whole;
    whole.kind = Condition::Kind::all;
    whole.at = condition->at;
    whole.parts.push_back(*std::move(condition));
    for (Condition& taken : without) {
      Condition& no = whole.parts.emplace_back();
      no.kind = Condition::Kind::no;
      no.at = taken.at;
      no.parts.push_back(std::move(taken));
    }
    condition = std::move(whole);
  }
  Work work{places, all_visible, 0, std::nullopt};
  walk(*condition, work, 1);
  all_parts_ += work.parts;
  if (!work.sound) return std::nullopt;
  return Resolution{*std::move(condition), work.complete};
}

void Resolver::resolve_macro(std::size_t index, std::size_t level) {
  Resolved& macro = resolved_[index];
  if (macro.state != State::untouched) return;
  macro.state = State::in_work;
  Work work{macros_[index].condition_places, macros_[index].visible, level, index};
  walk(macro.condition, work, 1);
  macro.parts = work.parts;
  macro.depth = work.depth;
  macro.macros = work.macros + 1;
  macro.loop = work.loop;
  all_parts_ += work.parts;
  macro.complete = work.complete;
  macro.state = work.sound ? State::sound : State::too_large;
}

bool Resolver::spend(Work& work, std::size_t parts, std::size_t depth, const Position& at) {
  work.parts += parts;
  work.depth = std::max(work.depth, depth);
  if (!work.sound) return false;
  if (work.parts > LoadLimits::condition_parts) {
    wrong(work, code::limit, fmt::format("condition of more than {} parts", LoadLimits::condition_parts), at);
  } else if (all_parts_ + work.parts > LoadLimits::all_parts) {
    wrong(work, code::limit, fmt::format("conditions of more than {} parts together", LoadLimits::all_parts), at);
  } else if (work.depth > LoadLimits::condition_depth) {
    wrong(work, code::limit, fmt::format("condition of more than {} levels", LoadLimits::condition_depth), at);
  }
  return work.sound;
}

void Resolver::walk(Condition& condition, Work& work, std::size_t depth) {
  switch (condition.kind) {
    case Condition::Kind::all:
    case Condition::Kind::any:
    case Condition::Kind::no:
      if (!spend(work, 1, depth, condition.at)) return;
      for (Condition& part : condition.parts) walk(part, work, depth + 1);
      return;
    case Condition::Kind::check:
      if (spend(work, 1, depth, condition.at)) walk_check(condition, work);
      return;
    case Condition::Kind::name:
      return walk_name(condition, work, depth);
  }
}

void Resolver::walk_name(Condition& name, Work& work, std::size_t depth) {
  const auto found = index_.find(name.name);
  if (found == index_.end() || macros_[found->second].index >= work.visible) return undefined(name, work);
  const std::size_t index = found->second;
  if (lists_.exists(name.name))
    not_spliced(work, fmt::format("'{}' is the macro here; Falco would paste the list of that name", name.name),
                name.at);
  resolved_[index].used = true;
  if (resolved_[index].state == State::in_work) return leads_back(name, index, work);
  if (resolved_[index].state == State::untouched && work.level < LoadLimits::nesting)
    resolve_macro(index, work.level + 1);
  if (resolved_[index].loop) return leads_back(name, *resolved_[index].loop, work);
  put_macro(name, index, work, depth);
}

/// Told once, of the macro where the circle was entered.
void Resolver::leads_back(Condition& name, std::size_t to, Work& work) {
  if (work.macro == to) {
    report_.error(code::validate, fmt::format("reference loop in macro '{}'", name.name),
                  within(work.places, expression(name.at)));
  } else if (resolved_[to].state == State::in_work) {
    work.loop = to;
  }
  leave_out(name, work);
}

/// What stands beside the name is looked at all the same, so that all mistakes are told.
void Resolver::leave_out(Condition& name, Work& work) {
  work.complete = false;
  Condition nothing;
  nothing.kind = Condition::Kind::all;
  nothing.at = name.at;
  name = std::move(nothing);
}

void Resolver::put_macro(Condition& name, std::size_t index, Work& work, std::size_t depth) {
  const Resolved& macro = resolved_[index];
  work.macros = std::max(work.macros, macro.macros);
  if (macro.state == State::untouched || work.macros > LoadLimits::nesting)
    return wrong(work, code::limit, fmt::format("macros inside macros, more than {} levels", LoadLimits::nesting),
                 name.at);
  // Both was said where the macro is.
  if (macro.state == State::unreadable) return leave_out(name, work);
  if (macro.state != State::sound) {
    work.sound = false;
    return;
  }
  if (!spend(work, macro.parts, depth + macro.depth - 1, name.at)) return;
  work.complete = work.complete && macro.complete;
  Condition copy = macro.condition;
  came_through(copy, static_cast<std::uint32_t>(index));
  name = std::move(copy);
}

void Resolver::undefined(Condition& name, Work& work) {
  if (broken_.contains(name.name)) return leave_out(name, work);
  std::string hint;
  if (const auto found = index_.find(name.name); found != index_.end()) {
    const Place& there = macros_[found->second].places.back();
    hint = fmt::format("a macro may use those that come before it; '{}' is defined at line {}", name.name,
                       there.at.line);
  } else if (lists_.exists(name.name)) {
    hint = fmt::format("'{}' is a list: write `FIELD in ({})`", name.name, name.name);
  } else if (report_.errors() < most_hints) {
    hint = hint_for(name.name, macro_names_);
  }
  report_.error(code::validate, fmt::format("Undefined macro '{}' used in filter.", name.name),
                within(work.places, expression(name.at)), std::move(hint));
  leave_out(name, work);
}

void Resolver::walk_check(Condition& check, Work& work) {
  look_inside(check.left, work);
  if (check.op == Operator::exists) return;
  Term& right = check.right;
  switch (right.kind) {
    case Term::Kind::list:
    case Term::Kind::name:
      return put_values(right, work);
    case Term::Kind::literal:
      return put_value(right, work);
    case Term::Kind::field:
    case Term::Kind::call:
      return look_inside(right, work);
  }
}

/// `in (a, shells)`, `in shells`.
void Resolver::put_values(Term& list, Work& work) {
  std::vector<Term> items;
  if (list.kind == Term::Kind::name) {
    const auto* values = lists_.use(list.text);
    if (values == nullptr || !spend(work, values->size(), work.depth, list.at)) return;
    items = *values;
    list.kind = Term::Kind::list;
    list.text.clear();
  } else {
    for (Term& item : list.items) {
      const auto* values = item.quoted ? nullptr : lists_.use(item.text);
      if (values == nullptr) {
        look_inside(item, work);
        if (!spend(work, 1, work.depth, item.at)) return;
        items.push_back(std::move(item));
        continue;
      }
      if (!spend(work, values->size(), work.depth, item.at)) return;
      items.insert(items.end(), values->begin(), values->end());
    }
  }
  list.items = std::move(items);
}

/// One value: a list may stand for it that holds just one.
void Resolver::put_value(Term& value, Work& work) {
  const auto* values = value.quoted ? nullptr : lists_.use(value.text);
  if (values == nullptr) return look_inside(value, work);
  if (values->size() == 1) {
    const Position at = value.at;
    value = values->front();
    value.at = at;
    return;
  }
  wrong(work, code::compile_condition,
        fmt::format("list '{}' holds {} values where one must stand", value.text, values->size()), value.at,
        fmt::format("write `in ({})`; or put the word in quotes, if it is not the list that you mean", value.text));
}

/// For names of lists where no list can stand, and Falco would paste one all the same.
void Resolver::look_inside(const Term& term, Work& work) {
  for (const Term& item : term.items) look_inside(item, work);
  if (term.kind == Term::Kind::field && lists_.exists(term.text))
    return not_spliced(
        work, fmt::format("'{}' is the field here; Falco would paste the list of that name", term.text), term.at);
  if (term.kind != Term::Kind::literal || !term.quoted) return;
  static constexpr std::string_view delimiters = " \t\n\r(),=";
  const std::string_view text = term.text;
  std::size_t begin = text.find_first_of(delimiters);  // what stands at the quote itself is not pasted
  while (begin != std::string_view::npos) {
    const std::size_t end = text.find_first_of(delimiters, begin + 1);
    if (end == std::string_view::npos) return;
    const std::string_view word = text.substr(begin + 1, end - begin - 1);
    if (lists_.exists(word))
      return not_spliced(
          work, fmt::format("'{}' is only a word in this text; Falco would paste the list of that name", word),
          term.at);
    begin = end;
  }
}

void Resolver::wrong(Work& work, std::string_view code, std::string message, const Position& at, std::string hint) {
  work.sound = false;
  report_.error(code, std::move(message), within(work.places, expression(at)), std::move(hint));
}

void Resolver::not_spliced(Work& work, std::string message, const Position& at) {
  report_.warning(code::not_spliced, std::move(message), within(work.places, expression(at)));
}

std::vector<Macro> Resolver::macros() const {
  std::vector<Macro> macros;
  macros.reserve(macros_.size());
  for (std::size_t i = 0; i < macros_.size(); ++i)
    macros.push_back({macros_[i].name, resolved_[i].condition, macros_[i].places.back()});
  return macros;
}

void Resolver::warn_of_unused() const {
  for (std::size_t i = 0; i < macros_.size(); ++i) {
    if (!resolved_[i].used)
      report_.warning(code::unused_macro, "Macro not referred to by any other rule/macro", macros_[i].places);
  }
  lists_.warn_of_unused();
}

}  // namespace doorman::policy

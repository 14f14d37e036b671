// SPDX-License-Identifier: Apache-2.0
#include "policy/load/exceptions.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "policy/check/operand.h"

namespace doorman::policy {
namespace {

struct Comparison {
  Operator op{};
  Modifier modifier = Modifier::none;

  [[nodiscard]] bool is_list_operator() const {
    return op == Operator::in || op == Operator::intersects || op == Operator::pmatch;
  }
  [[nodiscard]] bool takes_list() const { return is_list_operator() || modifier != Modifier::none; }
  [[nodiscard]] bool takes_number() const {
    return op == Operator::less || op == Operator::less_equal || op == Operator::greater ||
           op == Operator::greater_equal;
  }
};

std::optional<Operator> parse_operator(std::string_view text) {
  for (auto i = static_cast<unsigned>(Operator::exists); i <= static_cast<unsigned>(Operator::pmatch); ++i) {
    if (to_text(static_cast<Operator>(i)) == text) return static_cast<Operator>(i);
  }
  return std::nullopt;
}

std::optional<Modifier> parse_modifier(std::string_view text) {
  for (const Modifier modifier : {Modifier::oneof, Modifier::anyof, Modifier::allof}) {
    if (to_text(modifier) == text) return modifier;
  }
  return std::nullopt;
}

/// `startswith`, `startswith oneof`; only text operators take a modifier.
std::optional<Comparison> parse_comparison(std::string_view text) {
  const std::size_t space = text.find(' ');
  const auto op = parse_operator(text.substr(0, space));
  if (!op) return std::nullopt;
  Comparison comparison = {*op, Modifier::none};
  if (space == std::string_view::npos) return comparison;
  const auto modifier = parse_modifier(text.substr(space + 1));
  if (!modifier || comparison.takes_list() || comparison.takes_number() || *op == Operator::exists)
    return std::nullopt;
  comparison.modifier = *modifier;
  return comparison;
}

class Checker {
 public:
  Checker(ExceptionItem& exception, const std::optional<model::EventSource>& source, Report& report)
      : exception_(exception), source_(source), report_(report) {}

  void check() {
    if (exception_.fields.is_list) check_lists();
    else check_single();
  }

 private:
  void check_lists() {
    auto& comps = exception_.comps;
    const auto& fields = exception_.fields.items;
    if (!comps.given()) {
      comps.is_list = true;
      comps.items.assign(fields.size(), ExceptionEntry{false, "=", {}, exception_.fields.at});
    }
    if (fields.size() != comps.items.size()) return wrong("Fields and comps lists must have equal length");
    for (ExceptionEntry& comp : comps.items) {
      comp.text = base::trim(comp.text);
      if (!parse_comparison(comp.text))
        wrong(fmt::format("'{}' is not a supported comparison operator", comp.text),
              hint_for(comp.text, operator_names()));
    }
    for (const ExceptionEntry& field : fields) check_field(field.text);
  }

  void check_single() {
    auto& comps = exception_.comps;
    if (!comps.given()) {
      comps.is_list = false;
      comps.text = "in";
    }
    if (comps.is_list) return wrong("Fields and comps must both be strings");
    comps.text = base::trim(comps.text);
    const auto comparison = parse_comparison(comps.text);
    if (!comparison || !comparison->takes_list())
      wrong(
          "When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier operator "
          "(e.g. startswith oneof)");
    check_field(exception_.fields.text);
  }

  void check_field(const std::string& text) {
    const ParsedTerm parsed = parse_term(text);
    const bool is_term = parsed.term && parsed.bytes == text.size();
    if (!is_term) return wrong(fmt::format("'{}' is not a supported filter field", text));
    if (!source_) return;
    const auto checked = check_operand(*parsed.term, *source_);
    if (const auto* error = std::get_if<CheckError>(&checked))
      wrong(fmt::format("'{}' is not a supported filter field", text), error->hint);
  }

  void wrong(std::string message, std::string hint = "") {
    report_.error(code::validate, std::move(message), exception_.places, std::move(hint));
  }

  ExceptionItem& exception_;
  const std::optional<model::EventSource>& source_;
  Report& report_;
};

void put_at(Term& term, const Position& at) {
  term.at = at;
  for (Term& item : term.items) put_at(item, at);
}

class Builder {
 public:
  Builder(const ExceptionItem& exception, Report& report) : exception_(exception), report_(report) {}

  std::optional<Condition> build() {
    if (exception_.values.empty()) return std::nullopt;
    const std::size_t errors = report_.errors();
    Condition made = exception_.fields.is_list ? any_of_rows() : one_check();
    if (report_.errors() != errors) return std::nullopt;
    return made;
  }

 private:
  /// `fields: proc.name` with `values: [a, b]`: one comparison with the list of all values.
  Condition one_check() {
    ExceptionEntry all;
    all.is_list = true;
    all.at = exception_.values.front().at;
    for (const ExceptionEntry& value : exception_.values) {
      if (value.is_list) wrong(code::validate, "Expected values array to contain a list of strings", value.at);
      else all.items.push_back(value);
    }
    return check(exception_.fields, exception_.comps, all);
  }

  Condition any_of_rows() {
    Condition rows;
    rows.kind = Condition::Kind::any;
    rows.at = exception_.values.front().at;
    for (const ExceptionEntry& value : exception_.values) {
      if (value.items.size() == exception_.fields.items.size()) rows.parts.push_back(row(value));
      else wrong(code::validate, "Fields and values lists must have equal length", value.at);
    }
    return rows.parts.size() == 1 ? Condition(std::move(rows.parts.front())) : rows;
  }

  Condition row(const ExceptionEntry& value) {
    Condition all;
    all.kind = Condition::Kind::all;
    all.at = value.at;
    for (std::size_t i = 0; i < value.items.size(); ++i)
      all.parts.push_back(check(exception_.fields.items[i], exception_.comps.items[i], value.items[i]));
    return all.parts.size() == 1 ? Condition(std::move(all.parts.front())) : all;
  }

  Condition check(const ExceptionEntry& field, const ExceptionEntry& comp, const ExceptionEntry& value) {
    Condition made;
    made.kind = Condition::Kind::check;
    made.at = value.at;
    ParsedTerm left = parse_term(field.text);
    const auto comparison = parse_comparison(comp.text);
    if (!left.term || !comparison) return made;  // has been reported
    made.left = std::move(*left.term);
    put_at(made.left, field.at);
    made.op = comparison->op;
    made.modifier = comparison->modifier;
    if (made.op == Operator::exists) wrong(code::compile_condition, "'exists' compares with no value", value.at);
    else made.right = comparison->takes_list() ? list_of(value) : one_value(value, *comparison);
    return made;
  }

  Term list_of(const ExceptionEntry& value) {
    Term list;
    list.kind = Term::Kind::list;
    list.at = value.at;
    if (value.is_list) {
      for (const ExceptionEntry& item : value.items) list.items.push_back(literal(item));
      return list;
    }
    if (!value.text.starts_with('(')) {
      list.items.push_back(literal(value));
      return list;
    }
    ParsedCondition parsed = parse_condition("a.b in " + value.text);
    if (parsed.condition && parsed.condition->kind == Condition::Kind::check)
      list = std::move(parsed.condition->right);
    else wrong(code::compile_condition, fmt::format("'{}' is no list of values", value.text), value.at);
    put_at(list, value.at);
    return list;
  }

  /// Of a list: words and strings in quotes, as Falco would read them if it pasted the text; but never more than
  /// one.
  Term literal(const ExceptionEntry& value) {
    if (value.is_list) wrong(code::compile_condition, "expected a string value", value.at);
    if (auto read = parse_literal(value.text)) {
      read->at = value.at;
      return *std::move(read);
    }
    return verbatim(value);
  }

  Term one_value(const ExceptionEntry& value, const Comparison& comparison) {
    const std::string_view op = to_text(comparison.op);
    if (value.is_list) {
      wrong(code::compile_condition, fmt::format("'{}' compares with one value, not with a list", op), value.at,
            "use in, or an operator with oneof, anyof or allof");
      return {};
    }
    const bool in_blanks = value.text.find(' ') != std::string::npos;
    const bool as_text = in_blanks && !value.text.starts_with('"') && !value.text.starts_with('\'');
    if (!as_text || comparison.takes_number()) {
      ParsedCondition parsed = parse_condition(fmt::format("a.b {} {}", op, value.text));
      const bool whole = parsed.condition && parsed.condition->kind == Condition::Kind::check &&
                         parsed.condition->right.kind != Term::Kind::list;
      if (whole) {
        put_at(parsed.condition->right, value.at);
        return std::move(parsed.condition->right);
      }
      if (comparison.takes_number()) {
        wrong(code::compile_condition, fmt::format("expected a number value, not '{}'", value.text), value.at);
        return {};
      }
    }
    return verbatim(value);
  }

  Term verbatim(const ExceptionEntry& value) {
    Term term;
    term.quoted = true;
    term.text = value.text;
    term.at = value.at;
    const std::string_view special = value.text.find(' ') == std::string::npos ? "()\"'\t=," : "\\\"";
    if (value.text.empty() || value.text.find_first_of(special) != std::string::npos)
      report_.warning(
          code::not_spliced,
          fmt::format("'{}' is taken as one value, as it is written; Falco would paste its text into the "
                      "condition",
                      value.text),
          placed(value.at));
    return term;
  }

  [[nodiscard]] Places placed(const Position& at) const {
    return within(exception_.places, {"exception value", "", at.file, at});
  }
  void wrong(std::string_view code, std::string message, const Position& at, std::string hint = "") {
    report_.error(code, std::move(message), placed(at), std::move(hint));
  }

  const ExceptionItem& exception_;
  Report& report_;
};

}  // namespace

bool check_exception(ExceptionItem& exception, const std::optional<model::EventSource>& source, Report& report) {
  const std::size_t errors = report.errors();
  Checker(exception, source, report).check();
  return report.errors() == errors;
}

std::optional<Condition> exception_condition(const ExceptionItem& exception, Report& report) {
  return Builder(exception, report).build();
}

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
// What functions take follows falcosecurity/libs userspace/libsinsp/sinsp_filter_transformers and
// sinsp_filtercheck_multivalue_transformer.cpp.
#include "policy/check/operand.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"
#include "base/text.h"
#include "policy/check/special_fields.h"
#include "policy/diagnostic.h"

namespace doorman::policy {
namespace {

using model::FieldType;
using Outcome = std::variant<Operand, CheckError>;

bool is_text(FieldType type) { return type == FieldType::text || type == FieldType::path; }

/// Which function, and where: what its errors speak of.
struct Call {
  Function function;
  Position at;

  [[nodiscard]] CheckError error(std::string message, std::string hint = "") const {
    return {std::move(message), std::move(hint), at};
  }
};

class OperandChecker {
 public:
  OperandChecker(model::EventSource source, const Catalogue& catalogue) : source_(source), catalogue_(catalogue) {}

  [[nodiscard]] Outcome check(const Term& term) const {
    switch (term.kind) {
      case Term::Kind::literal:
        return literal(term);
      case Term::Kind::field:
        return field(term);
      case Term::Kind::list:
        return list(term);
      case Term::Kind::call:
        return call(term);
      case Term::Kind::name:
        break;
    }
    return CheckError{fmt::format("unexpected identifier '{}'", base::printable(term.text)), "", term.at};
  }

 private:
  static Outcome literal(const Term& term) {
    if (term.text.find('\0') != std::string::npos)
      return CheckError{"filter value cannot contain a NUL byte (\\x00)", "", term.at};
    Operand made;
    made.literal = term.text;
    return made;
  }

  [[nodiscard]] Outcome field(const Term& term) const {
    auto use =
        catalogue_.use(term.text, term.argument ? std::optional<std::string_view>(*term.argument) : std::nullopt);
    if (!use.ok() && use.error().code() == base::ErrorCode::not_found) return unknown(term);
    if (!use.ok()) return CheckError{use.error().message(), "", term.at};
    const model::Field& found = catalogue_.field(use->id);
    if ((found.sources & model::set_of(source_)) == 0) return elsewhere(term, found);
    Operand made;
    made.kind = Operand::Kind::field;
    made.type = catalogue_.type_of(*use);
    made.list = several_of(found, *use) != Several::one;
    made.scope = found.scope;
    made.field = *std::move(use);
    return made;
  }

  [[nodiscard]] CheckError unknown(const Term& term) const {
    const auto names = catalogue_.names(source_);
    return {fmt::format("nonexistent field {}", base::printable(term.text)), hint_for(term.text, names), term.at,
            true};
  }

  [[nodiscard]] CheckError elsewhere(const Term& term, const model::Field& found) const {
    std::string sources;
    for (std::size_t i = 0; i < model::event_source_count; ++i) {
      const auto each = static_cast<model::EventSource>(i);
      if ((found.sources & model::set_of(each)) == 0) continue;
      sources.append(sources.empty() ? "" : ", ").append(model::to_text(each));
    }
    return {fmt::format("nonexistent field {} for source {}", base::printable(term.text), model::to_text(source_)),
            fmt::format("it is a field of: {}", sources), term.at, true};
  }

  [[nodiscard]] Outcome list(const Term& term) const {
    Operand made;
    made.kind = Operand::Kind::list;
    made.list = true;
    if (auto error = arguments(term, made)) return *std::move(error);
    return made;
  }

  std::optional<CheckError> arguments(const Term& term, Operand& made) const {
    bool is_first = true;
    for (const Term& item : term.items) {
      Outcome outcome = check(item);
      if (auto* error = std::get_if<CheckError>(&outcome)) return std::move(*error);
      const Operand& argument = made.arguments.emplace_back(std::get<Operand>(std::move(outcome)));
      if (argument.kind == Operand::Kind::literal) continue;
      made.scope = std::exchange(is_first, false) ? argument.scope : model::joined(made.scope, argument.scope);
    }
    return std::nullopt;
  }

  [[nodiscard]] Outcome call(const Term& term) const {
    const Call call{term.function, term.at};
    Operand made;
    made.kind = Operand::Kind::call;
    made.function = term.function;
    if (auto error = arguments(term, made)) return *std::move(error);
    if (term.argument && term.function != Function::getopt)
      return call.error(fmt::format("transformer '{}' does not support field arguments", to_text(term.function)));
    std::optional<CheckError> error;
    switch (term.function) {
      case Function::val:
        if (made.arguments.size() != 1) return call.error("val() requires exactly 1 argument");
        return std::move(made.arguments.front());
      case Function::tolower:
      case Function::toupper:
      case Function::b64:
      case Function::basename:
      case Function::len:
        error = of_one(call, made);
        break;
      case Function::join:
        error = join(call, made);
        break;
      case Function::concat:
        error = concat(call, made);
        break;
      case Function::getopt:
        error = getopt(call, term, made);
        break;
    }
    if (error) return *std::move(error);
    return made;
  }

  std::optional<CheckError> of_one(const Call& call, Operand& made) const {
    if (made.arguments.size() != 1)
      return call.error(fmt::format("transformer '{}' requires exactly 1 argument", to_text(call.function)));
    const Operand& argument = made.arguments.front();
    if (argument.kind == Operand::Kind::field && !takes_functions(catalogue_.field(argument.field.id)))
      return call.error(
          fmt::format("field '{}' does not support transformers", catalogue_.field(argument.field.id).name));
    const bool of_bytes = call.function == Function::b64 || call.function == Function::len;
    const bool of_any_list = call.function == Function::len && argument.list;
    if (!of_any_list && !is_text(argument.type) && !(of_bytes && argument.type == FieldType::bytes))
      return call.error(fmt::format("can't add field transformer: type '{}' is not supported by '{}' transformer",
                                    model::to_text(argument.type), to_text(call.function)));
    made.type = call.function == Function::len ? FieldType::natural : argument.type;
    made.list = call.function != Function::len && argument.list;
    return std::nullopt;
  }

  static std::optional<CheckError> join(const Call& call, const Operand& made) {
    if (made.arguments.size() != 2) return call.error("join() requires exactly 2 arguments: separator and list");
    if (made.arguments[0].list)
      return call.error("join() first argument (separator) must be a single value, not a list");
    if (!made.arguments[1].list) return call.error("join() second argument must be a list", R"(write ("a", "b"))");
    return std::nullopt;
  }

  static std::optional<CheckError> concat(const Call& call, const Operand& made) {
    if (made.arguments.size() < 2) return call.error("concat() requires at least 2 arguments");
    const auto fits = [](const Operand& argument) { return is_text(argument.type) && !argument.list; };
    if (!std::ranges::all_of(made.arguments, fits)) return call.error("concat() arguments must be strings");
    return std::nullopt;
  }

  static std::optional<CheckError> getopt(const Call& call, const Term& term, Operand& made) {
    if (made.arguments.size() != 2)
      return call.error("getopt() requires exactly 2 arguments: args list and optstring");
    if (!made.arguments[0].list) return call.error("getopt() first argument must be a list");
    if (made.arguments[1].list) return call.error("getopt() second argument (optstring) must be a single value");
    if (!is_text(made.arguments[0].type) || !is_text(made.arguments[1].type))
      return call.error("getopt() arguments must be strings");
    made.list = !term.argument;
    if (!term.argument) return std::nullopt;
    if (term.argument->size() != 1) return call.error("getopt() field argument must be a single option character");
    made.option = *term.argument;
    return std::nullopt;
  }

  model::EventSource source_;
  const Catalogue& catalogue_;
};

std::string joined(const std::vector<Operand>& operands, const Catalogue& catalogue) {
  std::string made;
  for (const Operand& each : operands) made.append(made.empty() ? "" : ", ").append(to_text(each, catalogue));
  return made;
}

}  // namespace

std::variant<Operand, CheckError> check_operand(const Term& term, model::EventSource source,
                                                const Catalogue& catalogue) {
  return OperandChecker(source, catalogue).check(term);
}

std::string to_text(const Operand& operand, const Catalogue& catalogue) {
  switch (operand.kind) {
    case Operand::Kind::literal:
      return base::quoted(operand.literal);
    case Operand::Kind::list:
      return "(" + joined(operand.arguments, catalogue) + ")";
    case Operand::Kind::call:
      return fmt::format("{}({}){}", to_text(operand.function), joined(operand.arguments, catalogue),
                         operand.option.empty() ? "" : "[" + operand.option + "]");
    case Operand::Kind::field:
      break;
  }
  std::string text(catalogue.field(operand.field.id).name);
  if (operand.field.has_argument) text.append("[").append(operand.field.key).append("]");
  return text;
}

}  // namespace doorman::policy

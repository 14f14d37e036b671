// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/arena.h"
#include "model/facts.h"
#include "policy/check/catalogue.h"
#include "policy/syntax/condition.h"

namespace doorman::policy {

/// A field, a literal, or a function of such: something that has a value for given facts. Checked: every field
/// exists in the catalogue and fits the source, every function has what it needs.
struct Operand {
  enum class Kind : std::uint8_t {
    field,
    literal,
    call,
    list,  ///< of arguments, written in place: `("a", proc.name)`
  };

  Kind kind = Kind::literal;
  model::FieldType type = model::FieldType::text;
  bool list = false;
  model::FieldScope scope = model::FieldScope::process;  ///< of all fields in it
  model::FieldUse field;
  std::string literal;
  Function function{};
  std::string option;  ///< the one letter of getopt(…)[letter]; empty for all
  std::vector<Operand> arguments;

  bool operator==(const Operand&) const = default;
};

/// What is wrong with a term, and where in the condition.
struct CheckError {
  std::string message, hint;
  Position at;
  bool unknown_field = false;  ///< what skip-if-unknown-filter overlooks
};

std::variant<Operand, CheckError> check_operand(const Term& term, model::EventSource source,
                                                const Catalogue& catalogue = model_catalogue());

/// Its value. Of a field through a literal, see Facts::read; what functions make lives in `scratch`. Absent when
/// anything that it is made of is, or cannot be taken so: text that is no Base64.
model::Value read(const Operand& operand, const model::Facts& facts, base::Arena& scratch);

/// As text, in the form of a condition: `toupper(proc.aname[2])`.
std::string to_text(const Operand& operand, const Catalogue& catalogue = model_catalogue());

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
#include "policy/syntax/condition.h"

#include <cstdlib>

#include "base/json.h"
#include "fuzz/fuzz.h"
#include "policy/syntax/condition_json.h"

namespace doorman::fuzz {

namespace {

void check_place(const policy::Position& at, base::Bytes input) {
  if (at.offset > input.size() || at.line == 0 || at.column == 0) std::abort();
}

void check_places(const policy::Condition& condition, base::Bytes input) {
  check_place(condition.at, input);
  check_place(condition.left.at, input);
  for (const policy::Condition& part : condition.parts) check_places(part, input);
}

}  // namespace

void condition(base::Bytes input) {
  const auto parsed = policy::parse_condition(input);
  if (parsed.condition.has_value() == parsed.error.has_value()) std::abort();
  if (parsed.error) check_place(parsed.error->at, input);
  if (parsed.condition) {
    check_places(*parsed.condition, input);
    (void)policy::to_text(*parsed.condition);
  }
  const auto told = base::JsonDocument::parse(policy::parsed_as_json(input));
  // A condition may nest as deep as JSON that is read; what was written is JSON all the same.
  if (!told.ok() && told.error().code() != base::ErrorCode::limit) std::abort();
  (void)policy::parse_term(input);
  (void)policy::parse_literal(input);
}

}  // namespace doorman::fuzz

// SPDX-License-Identifier: Apache-2.0
// Source: flt_is_comparable in falcosecurity/libs userspace/libsinsp/filter_compare.cpp.
#include <fmt/format.h>

#include "policy/check/check.h"

namespace doorman::policy {
namespace {

using model::FieldType;

/// What a type's operators are called in messages.
enum class Family : std::uint8_t { number, truth, text, bytes, address };

Family family_of(FieldType type) {
  switch (type) {
    case FieldType::integer:
    case FieldType::natural:
    case FieldType::real:
    case FieldType::port:
    case FieldType::duration:
    case FieldType::time:
      return Family::number;
    case FieldType::boolean:
      return Family::truth;
    case FieldType::text:
    case FieldType::path:
      return Family::text;
    case FieldType::bytes:
      return Family::bytes;
    case FieldType::address:
    case FieldType::network:
      return Family::address;
  }
  return Family::text;
}

std::string_view to_text(Family family) {
  switch (family) {
    case Family::number:
      return "numeric";
    case Family::truth:
      return "boolean";
    case Family::text:
      return "string";
    case Family::bytes:
      return "buffer";
    case Family::address:
      return "ip address and network";
  }
  return {};
}

bool takes(Family family, Operator op) {
  const bool is_text = family == Family::text;
  const bool is_bytes = family == Family::bytes;
  switch (op) {
    case Operator::exists:
    case Operator::equal:
    case Operator::equal2:
    case Operator::unequal:
    case Operator::in:
    case Operator::intersects:
      return true;
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
      return is_text || family == Family::number;
    case Operator::contains:
    case Operator::startswith:
    case Operator::endswith:
      return is_text || is_bytes;
    case Operator::bcontains:
    case Operator::bstartswith:
      return is_bytes;
    case Operator::icontains:
    case Operator::glob:
    case Operator::iglob:
    case Operator::regex:
    case Operator::pmatch:
      return is_text;
  }
  return false;
}

}  // namespace

std::optional<std::string> why_not_comparable(Operator op, FieldType type, Several several) {
  const bool of_lists = op == Operator::exists || op == Operator::in || op == Operator::intersects;
  if (several == Several::plain_list && !of_lists)
    return fmt::format("'{}' operator not supported list filters", to_text(op));
  const Family family = family_of(type);
  if (takes(family, op)) return std::nullopt;
  return fmt::format("'{}' operator not supported for {} filters", to_text(op), to_text(family));
}

}  // namespace doorman::policy

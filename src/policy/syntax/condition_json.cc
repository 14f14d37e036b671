// SPDX-License-Identifier: Apache-2.0
#include "policy/syntax/condition_json.h"

#include "base/text.h"

namespace doorman::policy {
namespace {

void write_position(base::JsonWriter& json, const Position& at) {
  json.member("offset", at.offset);
  json.member("line", at.line);
  json.member("column", at.column);
}

std::string_view name_of(Term::Kind kind) {
  switch (kind) {
    case Term::Kind::literal:
      return "value";
    case Term::Kind::field:
      return "field";
    case Term::Kind::call:
      return "function";
    case Term::Kind::list:
      return "list";
    case Term::Kind::name:
      return "list name";
  }
  return {};
}

std::string_view name_of(Condition::Kind kind) {
  switch (kind) {
    case Condition::Kind::all:
      return "and";
    case Condition::Kind::any:
      return "or";
    case Condition::Kind::no:
      return "not";
    case Condition::Kind::check:
      return "check";
    case Condition::Kind::name:
      return "macro";
  }
  return {};
}

void write_term(base::JsonWriter& json, const Term& term) {
  json.begin_object();
  json.member("kind", name_of(term.kind));
  switch (term.kind) {
    case Term::Kind::literal:
      json.member("value", term.text);
      if (term.quoted) json.member("quoted", true);
      break;
    case Term::Kind::field:
    case Term::Kind::name:
      json.member("name", term.text);
      break;
    case Term::Kind::call:
      json.member("name", to_text(term.function));
      break;
    case Term::Kind::list:
      break;
  }
  if (term.argument) json.member("argument", *term.argument);
  if (term.kind == Term::Kind::call || term.kind == Term::Kind::list) {
    json.begin_array("items");
    for (const Term& item : term.items) write_term(json, item);
    json.end_array();
  }
  write_position(json, term.at);
  json.end_object();
}

void write_check(base::JsonWriter& json, const Condition& check) {
  json.key("left");
  write_term(json, check.left);
  json.member("operator", to_text(check.op));
  if (check.modifier != Modifier::none) json.member("modifier", to_text(check.modifier));
  if (check.op == Operator::exists) return;
  json.key("right");
  write_term(json, check.right);
}

}  // namespace

void write_condition(base::JsonWriter& json, const Condition& condition) {
  json.begin_object();
  json.member("kind", name_of(condition.kind));
  if (condition.kind == Condition::Kind::name) json.member("name", condition.name);
  if (condition.kind == Condition::Kind::check) write_check(json, condition);
  if (!condition.parts.empty()) {
    json.begin_array("parts");
    for (const Condition& part : condition.parts) write_condition(json, part);
    json.end_array();
  }
  write_position(json, condition.at);
  json.end_object();
}

std::string parsed_as_json(std::string_view text) {
  const ParsedCondition parsed = parse_condition(text);
  base::JsonWriter json(base::JsonWriter::Layout::one_line);
  json.begin_object();
  json.member("ok", parsed.condition.has_value());
  if (parsed.condition) {
    json.member("text", to_text(*parsed.condition));
    json.key("tree");
    write_condition(json, *parsed.condition);
  } else {
    json.begin_object("error");
    json.member("message", parsed.error->message);
    write_position(json, parsed.error->at);
    json.member_if("hint", parsed.error->hint);
    json.end_object();
  }
  json.end_object();
  return json.take();
}

}  // namespace doorman::policy

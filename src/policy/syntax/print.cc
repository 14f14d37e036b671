// SPDX-License-Identifier: Apache-2.0
// The form of falcosecurity/libs userspace/libsinsp/filter/ast.cpp (as_string) and escaping.cpp.
#include "policy/syntax/condition.h"

namespace doorman::policy {
namespace {

/// The letter that stands for it behind a backslash, or 0.
char escape_letter(char c) {
  switch (c) {
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\\':
    case '"':
      return c;
    default:
      return 0;
  }
}

void print_value(std::string& out, std::string_view text) {
  std::string inside;
  bool quotes = false;
  for (const char c : text) {
    const char letter = escape_letter(c);
    quotes = quotes || letter != 0 || c == ' ' || c == '=' || c == '\'' || c == '\0';
    if (letter != 0) inside += '\\';
    inside += letter != 0 ? letter : c;
  }
  if (quotes) out.append("\"").append(inside).append("\"");
  else out += inside;
}

void print(std::string& out, const Term& term, std::string_view separator);

void print_items(std::string& out, const Term& term, std::string_view separator) {
  out += '(';
  for (const Term& item : term.items) {
    if (&item != &term.items.front()) out += separator;
    print(out, item, ",");
  }
  out += ')';
}

void print_argument(std::string& out, const Term& term) {
  if (!term.argument) return;
  out += '[';
  if (term.argument->empty()) out += "\"\"";
  else print_value(out, *term.argument);
  out += ']';
}

/// `separator` between the items of a list: those of a function stand closer.
void print(std::string& out, const Term& term, std::string_view separator) {
  switch (term.kind) {
    case Term::Kind::literal:
    case Term::Kind::name:
      return print_value(out, term.text);
    case Term::Kind::field:
      out += term.text;
      return print_argument(out, term);
    case Term::Kind::call:
      out += to_text(term.function);
      print_items(out, term, ",");
      return print_argument(out, term);
    case Term::Kind::list:
      return print_items(out, term, separator);
  }
}

void print(std::string& out, const Condition& condition);

void print_joined(std::string& out, const Condition& condition, std::string_view between) {
  out += '(';
  for (const Condition& part : condition.parts) {
    if (&part != &condition.parts.front()) out += between;
    print(out, part);
  }
  out += ')';
}

void print_check(std::string& out, const Condition& check) {
  print(out, check.left, ", ");
  out.append(" ").append(to_text(check.op));
  if (check.op == Operator::exists) return;
  if (check.modifier != Modifier::none) out.append(" ").append(to_text(check.modifier));
  out += ' ';
  print(out, check.right, ", ");
}

void print(std::string& out, const Condition& condition) {
  switch (condition.kind) {
    case Condition::Kind::all:
      return print_joined(out, condition, " and ");
    case Condition::Kind::any:
      return print_joined(out, condition, " or ");
    case Condition::Kind::no:
      out += "not ";
      return print(out, condition.parts.front());
    case Condition::Kind::check:
      return print_check(out, condition);
    case Condition::Kind::name:
      out += condition.name;
      return;
  }
}

}  // namespace

std::string to_text(const Condition& condition) {
  std::string out;
  print(out, condition);
  return out;
}

std::string to_text(const Term& term) {
  std::string out;
  print(out, term, ", ");
  return out;
}

}  // namespace doorman::policy

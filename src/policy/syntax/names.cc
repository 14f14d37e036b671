// SPDX-License-Identifier: Apache-2.0
#include "policy/syntax/condition.h"

namespace doorman::policy {

std::string_view to_text(Operator op) {
  switch (op) {
    case Operator::exists:
      return "exists";
    case Operator::equal:
      return "=";
    case Operator::equal2:
      return "==";
    case Operator::unequal:
      return "!=";
    case Operator::less:
      return "<";
    case Operator::less_equal:
      return "<=";
    case Operator::greater:
      return ">";
    case Operator::greater_equal:
      return ">=";
    case Operator::contains:
      return "contains";
    case Operator::icontains:
      return "icontains";
    case Operator::bcontains:
      return "bcontains";
    case Operator::startswith:
      return "startswith";
    case Operator::bstartswith:
      return "bstartswith";
    case Operator::endswith:
      return "endswith";
    case Operator::glob:
      return "glob";
    case Operator::iglob:
      return "iglob";
    case Operator::regex:
      return "regex";
    case Operator::in:
      return "in";
    case Operator::intersects:
      return "intersects";
    case Operator::pmatch:
      return "pmatch";
  }
  return {};
}

std::string_view to_text(Modifier modifier) {
  switch (modifier) {
    case Modifier::none:
      return {};
    case Modifier::oneof:
      return "oneof";
    case Modifier::anyof:
      return "anyof";
    case Modifier::allof:
      return "allof";
  }
  return {};
}

std::string_view to_text(Function function) {
  switch (function) {
    case Function::val:
      return "val";
    case Function::tolower:
      return "tolower";
    case Function::toupper:
      return "toupper";
    case Function::b64:
      return "b64";
    case Function::basename:
      return "basename";
    case Function::len:
      return "len";
    case Function::join:
      return "join";
    case Function::concat:
      return "concat";
    case Function::getopt:
      return "getopt";
  }
  return {};
}

const std::vector<std::string_view>& operator_names() {
  static const std::vector<std::string_view> names = {
      "exists",      "<=",       "<",     ">=",         ">",         "==",        "=",
      "!=",          "glob",     "iglob", "contains",   "icontains", "bcontains", "startswith",
      "bstartswith", "endswith", "regex", "intersects", "in",        "pmatch"};
  return names;
}

const std::vector<std::string_view>& function_names() {
  static const std::vector<std::string_view> names = {"val", "tolower", "toupper", "b64",   "basename",
                                                      "len", "join",    "concat",  "getopt"};
  return names;
}

}  // namespace doorman::policy

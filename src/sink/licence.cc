// SPDX-License-Identifier: Apache-2.0
#include "sink/licence.h"

#include <cstddef>

#include "base/text.h"
#include "sink/spdx_ids.h"

namespace doorman::sink {
namespace {

constexpr std::size_t max_bytes = 4096;
constexpr std::size_t max_depth = 64;

/// The next token: a parenthesis or a run of other characters; empty at the end.
std::string_view next_token(std::string_view& rest) {
  rest = base::trim(rest);
  if (rest.empty()) return {};
  const bool bracket = rest.front() == '(' || rest.front() == ')';
  const std::string_view token = rest.substr(0, bracket ? 1 : rest.find_first_of("() \t\r\n"));
  rest.remove_prefix(token.size());
  return token;
}

/// `MIT`, or `GPL-2.0+` where the list has no such id: `+` makes one of any listed licence.
std::string licence_of(std::string_view token) {
  const std::string_view listed = spdx_licence(token);
  if (!listed.empty()) return std::string(listed);
  if (!token.ends_with('+')) return "";
  const std::string_view plain = spdx_licence(token.substr(0, token.size() - 1));
  return plain.empty() ? "" : std::string(plain) + '+';
}

std::string operator_of(std::string_view token) {
  const std::string lower = base::to_lower(token);
  if (lower == "and") return " AND ";
  if (lower == "or") return " OR ";
  return "";
}

}  // namespace

// The grammar needs no tree: operands and operators alternate, and only the depth of parentheses is state.
std::string spdx_expression(std::string_view text) {
  if (text.size() > max_bytes) return "";
  std::string canonical;
  std::size_t depth = 0;
  bool want_operand = true;
  bool after_licence = false;
  for (std::string_view token = next_token(text); !token.empty(); token = next_token(text)) {
    if (want_operand && token == "(") {
      if (++depth > max_depth) return "";
      canonical += '(';
    } else if (want_operand) {
      const std::string licence = licence_of(token);
      if (licence.empty()) return "";
      canonical += licence;
      want_operand = false;
      after_licence = true;
    } else if (token == ")") {
      if (depth-- == 0) return "";
      canonical += ')';
      after_licence = false;
    } else if (after_licence && base::to_lower(token) == "with") {
      const std::string_view exception = spdx_exception(next_token(text));
      if (exception.empty()) return "";
      canonical.append(" WITH ").append(exception);
      after_licence = false;
    } else {
      const std::string joint = operator_of(token);
      if (joint.empty()) return "";
      canonical += joint;
      want_operand = true;
    }
  }
  return want_operand || depth != 0 ? "" : canonical;
}

std::string spdx_conjunction(const std::vector<std::string>& licences) {
  std::string all;
  for (const std::string& licence : licences) {
    const std::string one = spdx_expression(licence);
    if (one.empty()) return "";
    if (!all.empty()) all += " AND ";
    const bool enclose = licences.size() > 1 && one.find(" OR ") != std::string::npos;
    all += enclose ? "(" + one + ")" : one;
  }
  return all;
}

}  // namespace doorman::sink

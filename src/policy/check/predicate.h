// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ip.h"
#include "base/regex.h"
#include "policy/check/operand.h"
#include "policy/check/special_fields.h"

namespace doorman::policy {

/// A value that stands in a condition, read by the type of what it is compared with: boolean; integer; natural,
/// port, duration and time; real; text, path and bytes; address; network.
using Literal =
    std::variant<bool, std::int64_t, std::uint64_t, double, std::string, base::IpAddress, base::IpNetwork>;

/// The smallest part of a condition, checked: nothing in it can fail any more.
struct Predicate {
  Operand left;
  Operator op = Operator::exists;  ///< never equal2
  Modifier modifier = Modifier::none;
  Several several = Several::one;  ///< what the left side's values are
  std::vector<Literal> literals;   ///< one, or any number for in, intersects, pmatch and modifiers
  std::vector<std::shared_ptr<const base::Regex>> patterns;  ///< of the literals, for regex
  std::optional<Operand> right;                              ///< instead of literals
  std::optional<bool> known;  ///< what it always is, whatever the facts: `evt.num = 0`

  /// The same question, though perhaps written elsewhere.
  friend bool operator==(const Predicate& a, const Predicate& b) {
    return a.op == b.op && a.modifier == b.modifier && a.known == b.known && a.left == b.left &&
           a.literals == b.literals && a.right == b.right;
  }
};

/// A condition that was checked.
struct Checked {
  enum class Kind : std::uint8_t { all, any, no, predicate };

  Kind kind = Kind::predicate;
  std::vector<Checked> parts;
  std::shared_ptr<const Predicate> predicate;
  const Condition* written = nullptr;  ///< what it was made of; belongs to the rule
};

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/arena.h"
#include "model/facts.h"
#include "policy/check/predicate.h"

namespace doorman::policy {

/// Whether a predicate holds, in the plainest way: what everything faster must agree with.
bool holds(const Predicate& predicate, const model::Facts& facts, base::Arena& scratch);
/// The same, of a value of the left side that was read before.
bool holds(const Predicate& predicate, const model::Value& left, const model::Facts& facts, base::Arena& scratch);

/// Whether one value compares so with a literal of its type; false for a value of another kind. Not for exists,
/// regex.
bool compare(Operator op, const model::Value& value, const Literal& literal);

/// Whether what a path begins with is the pattern, name by name; a name of the pattern may be a glob. Slashes that
/// are doubled, leading or trailing do not count.
bool path_begins_with(std::string_view path, std::string_view pattern);

/// Whether a name in a path's pattern is a glob; a backslash alone makes it none.
bool is_glob(std::string_view name);

/// Cuts the next name off a path; empty when there is none left.
std::string_view next_name(std::string_view& path);

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "policy/check/predicate.h"

namespace doorman::policy {

/// Bytes that are equal exactly when the operands or predicates are.
std::string key_of(const Operand& operand);
std::string key_of(const Predicate& predicate);

}  // namespace doorman::policy

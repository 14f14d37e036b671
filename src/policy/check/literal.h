// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"
#include "policy/check/predicate.h"

namespace doorman::policy {

/// No text in a condition is longer.
inline constexpr std::size_t max_literal_bytes = 65'535;

/// What a text means beside a value of that type. `whole`: a real number must have no fraction, as in Falco.
base::Result<Literal> read_literal(model::FieldType type, std::string_view text, bool whole);

/// The bytes of a text of two hexadecimal digits each.
base::Result<Literal> read_hex(std::string_view text);

/// As it would be written.
std::string to_text(const Literal& literal);

}  // namespace doorman::policy

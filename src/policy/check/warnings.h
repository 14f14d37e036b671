// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/check/catalogue.h"
#include "policy/syntax/condition.h"

namespace doorman::policy {

/// What a value that stands in a condition was perhaps meant to be, as Falco warns of it: a field, a function, a
/// regular expression where a plain operator would do.
std::vector<std::string> warnings_of(Operator op, std::string_view value, model::EventSource source,
                                     const Catalogue& catalogue);

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "policy/load/collected.h"

namespace doorman::policy {

/// Whether an exception's fields and comparisons are sound; what is wrong is reported, and comparisons that were
/// left out are filled in. Without a source, whether the fields exist is not asked.
bool check_exception(ExceptionItem& exception, const std::optional<model::EventSource>& source, Report& report);

/// What a sound exception takes away: any of its values, a value being all of its fields. Nothing when it has no
/// values, or after an error.
std::optional<Condition> exception_condition(const ExceptionItem& exception, Report& report);

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "model/image_overview.h"

namespace doorman::sink {

/// As kubectl writes it: `45m`, `30h`, `12d`, `3y`; `0m` for what is yet to come, `-` for what is not known.
std::string age_text(std::optional<base::Time> since, base::Time now);

/// `1 critical, 3 high (2 exploited)`; `none` where there are none.
std::string flaws_text(const model::FlawCounts& counts);
/// `1C 3H 12M`, for a column; `0` where there are none.
std::string flaws_brief(const model::FlawCounts& counts);

}  // namespace doorman::sink

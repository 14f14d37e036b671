// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "base/json_writer.h"
#include "model/report.h"

namespace doorman::sink {

/// The name of the image's root folder in SARIF: paths are relative to it.
inline constexpr std::string_view sarif_root_id = "ROOT";

/// A message object as a member. The text is taken literally: in SARIF, braces hold arguments and brackets hold
/// links (SARIF 2.1.0, sections 3.11.5 and 3.11.6).
void write_sarif_message(base::JsonWriter& json, std::string_view member, std::string_view text);

// What the rules of policy say, as SARIF tells it. Nothing where the report has no verdict.

/// The descriptor of each rule that matched, as elements of tool.driver.rules.
void write_policy_rules(base::JsonWriter& json, const model::Report& report);
/// Each match, as elements of results. `first_rule` is the index of the first of those descriptors. A match that an
/// exception took away is there as a suppressed one.
void write_policy_results(base::JsonWriter& json, const model::Report& report, std::size_t first_rule);
/// The decision and the exceptions, as members of the run's properties.
void write_policy_properties(base::JsonWriter& json, const model::Report& report);

}  // namespace doorman::sink

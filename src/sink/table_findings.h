// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/report.h"
#include "sink/table_page.h"

namespace doorman::sink {

/// The section of the table that tells known vulnerabilities, grouped by package, or that there are none; then one
/// line of advice.
void write_findings(TablePage& page, const model::Report& report);

}  // namespace doorman::sink

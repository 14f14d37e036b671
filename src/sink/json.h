// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/result.h"
#include "model/report.h"
#include "sink/options.h"

namespace doorman::sink {

/// Doorman's own form, with everything that is known: docs/report-format.md describes it. Nothing is left out;
/// Options::all does not matter. Any number of reports.
base::Status write_json(std::span<const model::Report> reports, const Options& options, const Out& out);

}  // namespace doorman::sink

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "model/report.h"
#include "sink/options.h"

namespace doorman::sink {

/// SPDX 2.3 as JSON. Source: https://spdx.github.io/spdx-spec/v2.3/. One report; several are a `usage` error.
/// `creationInfo.created` is required: where the report has no date, it is 1970-01-01T00:00:00Z. The document
/// namespace is computed from the document itself, so equal documents have equal names.
base::Result<std::string> to_spdx(std::span<const model::Report> reports, const Options& options);

}  // namespace doorman::sink

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "model/report.h"
#include "sink/options.h"

namespace doorman::sink {

/// CycloneDX 1.6 as JSON. Source: https://cyclonedx.org/docs/1.6/json/. One report; several are a `usage` error.
/// The serial number is computed from the document itself, so equal documents have equal numbers.
base::Result<std::string> to_cyclonedx(std::span<const model::Report> reports, const Options& options);

}  // namespace doorman::sink

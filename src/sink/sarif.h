// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "model/report.h"
#include "sink/options.h"

namespace doorman::sink {

/// SARIF 2.1.0, a run for each report. Source: OASIS SARIF Version 2.1.0 Plus Errata 01. A rule is a
/// vulnerability, a result is one vulnerability of one package, and its place is the file of the image that
/// told of the package.
base::Result<std::string> to_sarif(std::span<const model::Report> reports, const Options& options);

}  // namespace doorman::sink

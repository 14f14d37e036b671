// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "model/report.h"
#include "sink/options.h"

namespace doorman::sink {

/// What a person reads on a terminal: what was scanned, then what is wrong with it, worst first and grouped by
/// package, then one line of advice. Lines keep to Options::width where their content can be broken, and
/// nothing that an image or a database says reaches the terminal as a control character.
base::Result<std::string> to_table(std::span<const model::Report> reports, const Options& options);

}  // namespace doorman::sink

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/verdict.h"
#include "sink/table_page.h"

namespace doorman::sink {

/// The section of the table that tells what the rules say: the decision, why rule by rule, what to do about it, and
/// what became of each exception.
void write_verdict(TablePage& page, const model::Verdict& verdict);

}  // namespace doorman::sink

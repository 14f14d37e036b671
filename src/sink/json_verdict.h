// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json_writer.h"
#include "model/verdict.h"

namespace doorman::sink {

/// The member `verdict` of a report in our own form.
void write_verdict(base::JsonWriter& json, const model::Verdict& verdict);

}  // namespace doorman::sink

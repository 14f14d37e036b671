// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/runtime/judge.h"

namespace doorman::app {

/// Lets in what rules refuse, where the policy's break-glass items that fit cover each of them and the bundle says
/// why in their annotation. A reason of blanks is none.
void break_glass(AdmissionVerdict& verdict, const model::AdmissionRequest& request);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/kernel_needs.h"
#include "policy/rule.h"

namespace doorman::policy {

/// What the enabled rules of source `syscall` need from the kernel. Never too little: whatever a rule could match
/// is in it. A condition is looked at once for each type of event, with what it says of the type taken as known; of
/// paths only fd.name and fd.directory count, compared with what is written in the rule.
model::KernelNeeds lower(const RuleSet& rules);

}  // namespace doorman::policy

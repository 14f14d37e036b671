// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/flow.h"
#include "model/guard_record.h"
#include "model/kernel_needs.h"
#include "policy/engine/engine.h"

namespace doorman::app {

/// The rules that are asked about events, and what they need from the kernel.
struct EventRules {
  std::shared_ptr<const policy::Engine> engine;  ///< nullptr: no rules
  model::KernelNeeds needs;                      ///< of the rules of source `syscall`
};

/// `rules` are packs, files and folders, `none` alone for no rules; without any it is the built-in pack `runtime`.
/// What is wrong with one of them is told on standard error, all of it, and is an error.
base::Result<EventRules> open_event_rules(const std::vector<std::string>& rules);

/// The strictest of a mode and what the rules say of any image; `rules` may be null.
model::DriftMode strictest(model::DriftMode mode, const policy::Engine* rules);
model::FlowMode strictest(model::FlowMode mode, const policy::Engine* rules);

}  // namespace doorman::app

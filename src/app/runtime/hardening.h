// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "derive/hardening.h"
#include "policy/rule.h"

namespace doorman::app {

/// What a config.json becomes by all of these hardenings, one after another. Reads the seccomp profiles that they
/// name: the program's own, or files.
base::Result<derive::HardenedBundle> harden_by(std::string config, std::span<const policy::Rule* const> hardenings);

}  // namespace doorman::app

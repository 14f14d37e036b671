// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "parse/secret/rules.h"

namespace doorman::app {

/// The rules that the program carries: policies/secrets/rules, in the order of the files' names.
base::Result<parse::secret::SecretRules> built_in_secret_rules();

}  // namespace doorman::app

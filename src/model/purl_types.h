// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "model/purl.h"

namespace doorman::model {

/// What the definition of a purl's type (types/*-definition.json of purl-spec) asks for: folds case, repairs names,
/// refuses what is missing or forbidden. Unknown types have no rules. The type is in lower case already.
base::Status apply_type_rules(PackageUrl& purl);

}  // namespace doorman::model

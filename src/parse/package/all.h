// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parse/package/parser.h"

namespace doorman::parse::package {

// One line a format, defined in the file of the same name.

}  // namespace doorman::parse::package

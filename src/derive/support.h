// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "model/inventory.h"
#include "model/package.h"

namespace doorman::derive {

/// Whether that release of the distribution got security fixes at that moment. `supported` is what everyone
/// gets, `extended` what the distribution or its vendor offers afterwards (Debian LTS, Ubuntu Pro, Red Hat ELS,
/// SUSE LTSS …); `until` is the last day of the state it is in, and that day belongs to it; of an ended release
/// it is the last day of all. Rolling distributions are supported without a date. A release that the table in
/// support.cc does not hold is unknown: no date is guessed.
model::Support support_of(const model::Distribution& distribution, base::Time now);

}  // namespace doorman::derive

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "store/event_log_format.h"

namespace doorman::store {

/// Of records that are made on this machine, now. The boot time is by the clock as it is set now.
base::Result<LogOrigin> read_log_origin();

}  // namespace doorman::store

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/time.h"
#include "model/host_status.h"
#include "sink/options.h"

namespace doorman::sink {

/// What of Doorman is at work. Form: docs/images.md.
std::string status_table(const model::HostStatus& status, base::Time now, const Options& options);
/// The same for machines.
std::string status_json(const model::HostStatus& status);

}  // namespace doorman::sink

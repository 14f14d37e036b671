// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "model/isolation.h"
#include "sink/options.h"

namespace doorman::sink {

/// What holds the containers apart; then each of them, what leads out of it and what a virtual machine of its own
/// would add. `database` is the date of the advisories. Form: docs/isolation.md.
std::string isolation_table(const model::Isolation& isolation, std::optional<base::Time> database,
                            const Options& options);
/// The same for machines.
std::string isolation_json(const model::Isolation& isolation, std::optional<base::Time> database);

}  // namespace doorman::sink

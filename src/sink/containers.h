// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "model/container_life.h"
#include "sink/options.h"

namespace doorman::sink {

/// One line a container: name, image and its digest, from when to when, what was found. With `programs`, the tree
/// of what ran in it below. `as_of` is the log's last moment, in nanoseconds since 1970.
std::string containers_table(std::span<const model::ContainerHistory* const> histories, std::uint64_t as_of,
                             bool programs, const Options& options);
/// One container's whole life.
std::string container_page(const model::ContainerHistory& history, std::uint64_t as_of, const Options& options);

/// The same for machines: one object with `as_of` and an array `containers` (docs/events.md). `lists`: with
/// programs, peers, drift and alerts, not their numbers alone.
std::string containers_json(std::span<const model::ContainerHistory* const> histories, std::uint64_t as_of,
                            bool lists);

// Words for what records say in numbers.
std::string_view to_text(model::DriftRecord::Reason reason);
std::string_view to_text(model::DriftRecord::Done done);

}  // namespace doorman::sink

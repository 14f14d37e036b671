// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/json_writer.h"
#include "model/container_life.h"
#include "sink/table_page.h"

namespace doorman::sink {

/// Pieces of the pages that tell of containers. Times are nanoseconds since 1970.

/// `2024-05-01 10:20:30`
std::string second_time(std::uint64_t since_1970);
/// From when to when; the day is not said twice.
std::string span_text(std::uint64_t first, std::uint64_t last);
/// `3 times, 2024-05-01 10:20:30 to 10:25:00`
std::string times_text(const model::SeenTimes& times);
/// `since 2024-05-01 10:20:30`, or from when to when it was there.
std::string life_text(const model::ContainerHistory& history);

void put_counts(TablePage& page, const model::ContainerHistory& history);
void put_peers(TablePage& page, const model::ContainerHistory& history);
/// Drift and alerts.
void put_findings(TablePage& page, const model::ContainerHistory& history);

/// The object of one container (docs/events.md). `lists`: with programs, peers, drift and alerts.
void write_container(base::JsonWriter& json, const model::ContainerHistory& history, bool lists);

}  // namespace doorman::sink

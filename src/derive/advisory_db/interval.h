// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "derive/advisory_db/format.h"
#include "derive/version/version.h"
#include "model/advisory.h"

namespace doorman::derive::advisory_db {

/// Versions from `low` on, up to `high`.
struct Interval {
  std::string_view low;   ///< empty for the beginning: before every version, pre-releases too
  std::string_view high;  ///< empty for RangeEnd::open
  RangeEnd end = RangeEnd::open;

  bool operator==(const Interval&) const = default;
};

bool contains(version::VersionScheme scheme, const Interval& interval, std::string_view version);

/// The same versions as the events of one range, as intervals that rise and do not touch each other's inside.
/// The events may come in any order. Source: OSV schema 1.7, section Evaluation.
/// The texts point into `events`.
std::vector<Interval> intervals_of(version::VersionScheme scheme, const model::VersionEvents& events);

}  // namespace doorman::derive::advisory_db

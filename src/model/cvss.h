// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "model/vulnerability.h"

namespace doorman::model {

struct CvssRating {
  double score = 0;  ///< 0.0 to 10.0, one decimal
  Severity severity = Severity::unknown;

  bool operator==(const CvssRating&) const = default;
};

/// Rates a vector by FIRST's specifications: CVSS 2.0 (`AV:N/AC:L/Au:N/C:P/I:P/A:P`, also in parentheses), 3.0, 3.1
/// and 4.0 (`CVSS:3.1/AV:N/…`). Versions 2 and 3 give the base score; what time and environment add is checked but
/// not counted. Version 4 has one score, which the metrics of threat and environment move.
///
/// The severity is the specification's qualitative rating; version 2 has none of its own, so it is NVD's (0.1
/// to 3.9 low, to 6.9 medium, above high).
///
/// Nothing for what is no vector: an unknown version, metric or value, a metric twice, a base metric missing.
/// Metrics may stand in any order, as many writers of 3.x and 4.0 have them.
std::optional<CvssRating> parse_cvss(std::string_view vector);

}  // namespace doorman::model

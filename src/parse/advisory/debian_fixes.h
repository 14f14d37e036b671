// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "model/advisory.h"

namespace doorman::parse::advisory {

/// One line of a table of fixes, as told by the changelogs of Debian packages, five columns between tabs:
/// source package, version that fixes, CVE, distribution, date. The fields point into the line.
///
///     curl    7.88.1-10+deb12u5    CVE-2023-46218    bookworm-security    2023-12-10
///
/// Nothing for an empty line and for a comment (`#`). An error for fewer columns, an id that is no CVE and a field
/// longer than 1 KiB; a date that cannot be read is no date.
base::Result<std::optional<model::DistributionFix>> parse_debian_fix(std::string_view line);

/// Whether the text is a CVE id: `CVE-`, four digits, `-`, four to nineteen digits (CVE numbering, 2014).
bool is_cve(std::string_view text);

}  // namespace doorman::parse::advisory

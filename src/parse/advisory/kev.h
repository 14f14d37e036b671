// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"
#include "model/advisory.h"

namespace doorman::parse::advisory {

/// CISA's catalogue of known exploited vulnerabilities, in its JSON form
/// (https://www.cisa.gov/known-exploited-vulnerabilities-catalog): only `vulnerabilities[].cveID` and the release's
/// date are read. An error without `vulnerabilities` and beyond a million of them.
base::Result<model::KnownExploited> parse_kev(base::JsonValue catalogue);
base::Result<model::KnownExploited> parse_kev(base::Bytes json);

/// Whether a document looks like the catalogue rather than like an OSV record.
bool is_kev(base::JsonValue document);

}  // namespace doorman::parse::advisory

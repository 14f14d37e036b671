// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"
#include "model/advisory.h"

namespace doorman::parse::advisory {

/// Limits of one OSV record; beyond each the record is refused with an error that names it.
struct OsvLimits {
  static constexpr std::size_t affected = 20'000;    ///< packages of one record
  static constexpr std::size_t events = 100'000;     ///< of all its ranges
  static constexpr std::size_t versions = 200'000;   ///< listed in all
  static constexpr std::size_t names = 2'000;        ///< aliases, upstream and related, each
  static constexpr std::size_t text_bytes = 1'024;   ///< an id, a package's name, a version, a vector
  static constexpr std::size_t summary_bytes = 200;  ///< the rest is cut off
};

/// One record of the Open Source Vulnerability format (schema 1.7 and all before it;
/// https://ossf.github.io/osv-schema/).
///
/// - GIT ranges are left out: no installed package says its commit.
/// - For Go, `ecosystem_specific.custom_ranges` take the place of ranges that call every version affected: the Go
///   database puts there the versions of modules whose tags its own version order cannot hold.
/// - Debian's `ecosystem_specific.urgency` (`unimportant`, `end-of-life`) and the tracker's `nodsa`, `nodsa_reason`
///   become Affected::unfixed.
/// - The severity word is looked for in `database_specific`, then in `ecosystem_specific`.
///
/// An error when the record has no id or passes a limit; a package without a name is left out.
base::Result<model::Advisory> parse_osv(base::JsonValue record);
base::Result<model::Advisory> parse_osv(base::Bytes json);

}  // namespace doorman::parse::advisory

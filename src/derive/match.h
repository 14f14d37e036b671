// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "derive/advisory_db/reader.h"
#include "model/inventory.h"
#include "model/vulnerability.h"

namespace doorman::derive {

using AdvisoryDb = advisory_db::Reader;

struct MatchOptions {
  /// Also match language packages that an operating-system package owns. Their distribution fixes them in place,
  /// with a version that upstream's ranges do not know, so they are matched through their owner otherwise.
  bool owned = false;
};

/// What is known to be wrong with what was found: one finding for each flaw of each package, under its best name.
/// Development and declared packages are matched like any other; the flags are on the package.
///
/// - Debian, Ubuntu and Alpine packages are looked up by source package and source version, and by the release of
///   Inventory::distribution;
/// - Go's standard library is the module `stdlib`, its versions as in `go1.21rc2`;
/// - a package without a usable version (`(devel)`) has no findings.
///
/// Sorted: worst severity first; of these the fixable ones, then the known exploited ones, then by falling score,
/// then by package name and vulnerability id. The same input gives the same findings in the same order.
std::vector<model::Finding> match(const model::Inventory& inventory, const AdvisoryDb& database,
                                  const MatchOptions& options = {});

}  // namespace doorman::derive

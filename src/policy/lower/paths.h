// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policy/syntax/condition.h"

namespace doorman::policy {

/// A set of paths that holds at least those that a condition lets through.
struct PathSet {
  bool any = true;
  std::vector<std::string> exact, prefixes;

  static PathSet of(std::string path) { return {false, {std::move(path)}, {}}; }
  static PathSet below(std::string prefix);  ///< the empty prefix is every path

  /// Everything that is in one of the two; sorted, and without what another prefix holds already.
  [[nodiscard]] PathSet joined(const PathSet& other) const;
  /// One of the two, the one that is likely to be smaller: it holds whatever both do.
  [[nodiscard]] const PathSet& narrower(const PathSet& other) const;
};

/// The paths for which a check of fd.name or fd.directory can be true; of any other check, every path.
PathSet paths_of(const Condition& check);

}  // namespace doorman::policy

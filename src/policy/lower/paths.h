// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policy/syntax/condition.h"

namespace doorman::policy {

/// A set of paths that holds at least those that a condition lets through.
struct PathSet {
  bool any = true;
  std::vector<std::string> exact, prefixes, folders, endings;  ///< as those of model::EventNeed

  static PathSet of(std::string path) { return {false, {std::move(path)}, {}, {}, {}}; }
  static PathSet below(std::string prefix);   ///< the empty prefix is every path
  static PathSet inside(std::string folder);  ///< what lies in it, but not deeper
  static PathSet ending(std::string ending);  ///< a short one is every path

  /// Everything that is in one of the two; sorted, and without what another prefix holds already.
  [[nodiscard]] PathSet joined(const PathSet& other) const;
  /// One of the two, the one that is likely to be smaller: it holds whatever both do.
  [[nodiscard]] const PathSet& narrower(const PathSet& other) const;

  bool operator==(const PathSet&) const = default;
};

/// The paths for which a check of fd.name, fd.directory or fd.filename can be true; of any other check, every path.
PathSet paths_of(const Condition& check);

}  // namespace doorman::policy

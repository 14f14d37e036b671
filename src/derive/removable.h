// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "model/inventory.h"

namespace doorman::derive {

/// What package managers know of why packages are there; nothing where their file is not.
struct InstallMarks {
  std::optional<std::set<std::string, std::less<>>> automatic;  ///< apt: installed only because others need them
  std::optional<std::set<std::string, std::less<>>> requested;  ///< apk: asked for
};

/// Tells for each installed package of dpkg and apk whether something needs it (FoundPackage::needed). Something
/// does when
///
/// - another package depends on it or recommends it, under its own name or one that it provides, be it as one of
///   several alternatives;
/// - it is essential or of required priority;
/// - somebody asked for it: apk's world names it, or apt, where it marked others as automatic, did not mark it;
/// - it owns the program that the image starts.
///
/// Otherwise nothing that was read needs it, which is less than that nothing does: programs that no package
/// brought, scripts that call it and plugins are not asked. Two packages that need only each other count as needed.
/// RPM's packages are not told, as their dependencies are not read.
void tell_needed(model::Inventory& inventory, const InstallMarks& marks);

}  // namespace doorman::derive

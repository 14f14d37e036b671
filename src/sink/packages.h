// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/inventory.h"

namespace doorman::sink {

/// A language package that an operating-system package owns is part of its owner: it is told once, as the
/// owner, unless all packages are asked for.
bool is_owned(const model::Inventory& inventory, std::uint32_t package);
/// The indices of the packages to tell, in the inventory's order.
std::vector<std::uint32_t> told_packages(const model::Inventory& inventory, bool all);
/// The package that stands for this one: itself, or its owner where it is not told.
std::uint32_t told_as(const model::Inventory& inventory, std::uint32_t package, bool all);

/// A name in the two parts that purl and CycloneDX have: `@babel` and `core`, `org.apache` and `log4j`.
struct SplitName {
  std::string_view group, name;
};
SplitName split_name(const model::Package& package);

/// The digest of the program that is this package: known for a program that no package owns.
std::optional<base::Digest> hash_of(const model::Inventory& inventory, const model::FoundPackage& found);

/// What an image is called without its tag and digest, and `pkg:oci/…` with its manifest's digest; both empty
/// for what is no image of a registry.
std::string oci_purl(const model::Inventory& inventory);

}  // namespace doorman::sink

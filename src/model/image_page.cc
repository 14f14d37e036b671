// SPDX-License-Identifier: Apache-2.0
#include "model/image_page.h"

#include <algorithm>

namespace doorman::model {

const PackageInUse* ImagePage::use_of(std::uint32_t package) const {
  const auto found = std::ranges::lower_bound(in_use, package, {}, &PackageInUse::package);
  return found == in_use.end() || found->package != package ? nullptr : &*found;
}

}  // namespace doorman::model

// SPDX-License-Identifier: Apache-2.0
#include "model/isolation.h"

#include <algorithm>

namespace doorman::model {

bool Isolation::Container::has_closable_way() const { return std::ranges::any_of(ways, &Way::closed_by_machine); }

}  // namespace doorman::model

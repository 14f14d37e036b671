// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/field.h"

namespace doorman::policy {

/// Fields that Falco compares in a way of their own; conditions must mean the same here.
enum class Several : std::uint8_t {
  one,         ///< the field has one value
  ancestors,   ///< a process's ancestors: one of them is enough, for `!=` too
  ends,        ///< both ends of a connection: one is enough, but `!=` must hold for both
  plain_list,  ///< takes only `in` (all values are), `intersects` (one is) and `exists`
  list,        ///< the same, and every other operator: one is enough, but `!=` must hold for all
};

Several several_of(const model::Field& field, const model::FieldUse& use);

/// Whether functions may be applied to it.
bool takes_functions(const model::Field& field);
/// Whether it may be compared with another field's value, on either side.
bool takes_fields(const model::Field& field);

}  // namespace doorman::policy

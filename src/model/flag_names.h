// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "model/event_type.h"

namespace doorman::model {

/// Whether numbers of this form are written in words.
bool has_names(ParameterForm form);

/// The words for a number of such a form, Falco's: `O_WRONLY|O_CREAT`, `AF_PACKET`. Bits without a name are left
/// out; empty when none has one.
std::string_view flag_names(ParameterForm form, std::uint64_t value, base::Arena& scratch);

/// `CAP_CHOWN CAP_KILL`
std::string_view capability_names(std::uint64_t mask, base::Arena& scratch);

}  // namespace doorman::model

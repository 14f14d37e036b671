// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "model/event_type.h"

namespace doorman::source::kernel {

/// The arguments of a system call in order, by the names that the event's parameters have. Some words mean more:
///
///   -              none of the parameters
///   one|other      two parameters from one argument: as a text and as a number
///   one@8+other%16 parameters in the memory where the argument points: 64 bits (@) or 32 bits (%), at that byte
///   &address       a socket address
///   &message       a struct msghdr, which may have one
struct CallSignature {
  std::string_view arguments;
  /// Of the call of 32 bits on x86-64 that takes the same; -1: there is none, or its structs differ.
  std::int32_t compat_number = -1;
  bool is_about_result = false;  ///< the event's descriptor is the one that was made, though no parameter says so
};

/// Of a system call; one without a line in the table has no arguments that we know.
CallSignature signature_of(model::EventType type);

}  // namespace doorman::source::kernel

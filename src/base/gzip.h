// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/inflate.h"

namespace doorman::base {

/// gzip (RFC 1952) by ISA-L: headers skipped, CRC-32 and length of every member checked. What follows the
/// last member is ignored when it is zeros (padding, as tar writes), an error otherwise.
std::unique_ptr<Decompressor> make_gzip();

}  // namespace doorman::base

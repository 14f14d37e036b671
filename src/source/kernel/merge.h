// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::source::kernel {

/// Appends the records of all `batches` to `into`, the earliest first. Within a batch the order stays; of equal
/// times the earlier batch goes first.
base::Status merge(std::span<const base::Bytes> batches, std::string& into);

}  // namespace doorman::source::kernel

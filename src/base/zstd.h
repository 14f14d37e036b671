// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/inflate.h"

namespace doorman::base {

/// zstd (RFC 8878) by libzstd. Windows up to 128 MiB are accepted, as `zstd --long=27` makes them; a frame with
/// more than 8 MiB of window waits until no other such frame is being decoded, so that memory stays bounded.
std::unique_ptr<Decompressor> make_zstd();

}  // namespace doorman::base

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/bytes.h"

namespace doorman::parse::image {

/// The attribute security.capability of a file, as getcap(8) writes it: `cap_net_raw=ep`; `unreadable` for what is
/// none. Source: Linux, include/uapi/linux/capability.h, versions 1 to 3 of vfs_cap_data.
std::string capability_text(base::Bytes attribute);

}  // namespace doorman::parse::image

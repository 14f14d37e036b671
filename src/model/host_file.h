// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/md5.h"
#include "base/path.h"

namespace doorman::model {

/// A file that a package of the host brought.
struct HostFile {
  base::PathId path = 0;  ///< of the canonical path, as merged_usr() spells it
  base::Md5 md5{};
  bool has_md5 = false;  ///< configuration files have none
};

struct HostPackage {
  std::vector<HostFile> files;
  std::uint64_t installed = 0;  ///< when its files were all in their places: nanoseconds since 1970
};

}  // namespace doorman::model

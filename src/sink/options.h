// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/result.h"

namespace doorman::sink {

/// Where a report goes, piece by piece.
using Out = std::function<base::Status(std::string_view)>;

/// How a report is told. Only the table looks at all of them.
struct Options {
  std::size_t width = 100;  ///< columns of the table
  bool colour = false;
  bool utf8 = true;   ///< false: the table is plain ASCII
  bool wide = false;  ///< the table leaves nothing out to save space
  bool all = false;   ///< packages too that belong to an operating-system package
};

}  // namespace doorman::sink

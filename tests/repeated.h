// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace doorman::tests {

/// What tests of limits feed a parser: a piece many times.
inline std::string repeated(std::string_view piece, std::size_t times, std::string_view separator = {}) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) {
    if (i > 0) text += separator;
    text += piece;
  }
  return text;
}

}  // namespace doorman::tests

// SPDX-License-Identifier: Apache-2.0
// Cabal's Distribution.Types.Version: numbers between dots, ordered as lists are. `1.0` and `1.0.0` differ.
#include "derive/version/scan.h"
#include "derive/version/schemes.h"

namespace doorman::derive::version {

std::weak_ordering compare_hackage(std::string_view a, std::string_view b) { return compare_cran(a, b); }

bool valid_hackage(std::string_view text) {
  Cursor cursor(text);
  do {
    const std::string_view digits = cursor.digits();
    if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return false;
  } while (cursor.skip('.'));
  return cursor.done();
}

}  // namespace doorman::derive::version

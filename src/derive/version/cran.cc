// SPDX-License-Identifier: Apache-2.0
// R's package_version: numbers between `.` or `-`, compared one by one; of two with the same beginning the longer
// is greater. Anything that is no digit separates.
#include "derive/version/scan.h"
#include "derive/version/schemes.h"

namespace doorman::derive::version {

std::weak_ordering compare_cran(std::string_view left, std::string_view right) {
  Cursor a(left);
  Cursor b(right);
  const auto no_digit = [](char c) { return !is_digit(c); };
  for (;;) {
    a.take_while(no_digit);
    b.take_while(no_digit);
    if (a.done() || b.done()) return b.done() <=> a.done();
    if (const auto order = compare_numbers(a.digits(), b.digits()); order != 0) return order;
  }
}

bool valid_cran(std::string_view text) {
  Cursor cursor(text);
  int numbers = 0;
  do {
    if (cursor.digits().empty()) return false;
    ++numbers;
  } while (cursor.skip('.') || cursor.skip('-'));
  return cursor.done() && numbers >= 2;
}

}  // namespace doorman::derive::version

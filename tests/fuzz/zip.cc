// SPDX-License-Identifier: Apache-2.0
#include "parse/binary/zip.h"

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void zip(base::Bytes input) {
  const auto zip = parse::binary::Zip::open(input);
  if (!zip.ok()) return;
  auto cursor = zip->members();
  for (parse::binary::ZipMember member; cursor.next(member);) (void)zip->inflate(member, 1U << 16U);
}

}  // namespace doorman::fuzz

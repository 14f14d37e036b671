// SPDX-License-Identifier: Apache-2.0
#include "model/scan_record.h"

#include <cstdlib>

#include "fuzz/fuzz.h"
#include "model/binary.h"

namespace doorman::fuzz {

/// The input is tried as a whole file and, since no mutation finds a checksum, as a payload in a good frame.
void scan_record(base::Bytes input) {
  constexpr model::binary::Form form{"DOORMANR", model::scan_record_version, "results of a scan"};
  (void)model::decode_scan_record(input);
  const auto record = model::decode_scan_record(model::binary::frame(form, input));
  if (!record.ok()) return;
  const std::string once = model::encode(*record);
  const auto again = model::decode_scan_record(once);
  if (!again.ok() || model::encode(*again) != once) std::abort();
}

}  // namespace doorman::fuzz

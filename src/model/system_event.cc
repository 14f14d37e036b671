// SPDX-License-Identifier: Apache-2.0
#include "model/system_event.h"

#include <array>
#include <vector>

#include "model/system_event_readers.h"

namespace doorman::model {
namespace {

std::vector<FieldReader> all_readers() {
  std::vector<FieldReader> readers(fields().size(), nullptr);
  for (const auto& group :
       {event_readers(), argument_readers(), descriptor_readers(), connection_readers(), path_readers(),
        process_readers(), ancestry_readers(), user_readers(), container_readers()}) {
    for (const ReaderOf& each : group) readers[static_cast<std::size_t>(each.id)] = each.read;
  }
  return readers;
}

}  // namespace

Value SystemEvent::read(const FieldUse& use, base::Arena& scratch) const {
  static const std::vector<FieldReader> readers = all_readers();
  const FieldReader reader = readers[static_cast<std::size_t>(use.id)];
  return reader == nullptr ? Value() : reader(*this, use, scratch);
}

}  // namespace doorman::model

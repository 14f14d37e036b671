// SPDX-License-Identifier: Apache-2.0
#include "derive/process_index.h"

namespace doorman::derive {

void ProcessIndex::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.value != none) slots_[place_of({slot.start, slot.pid})] = slot;
  }
}

void ProcessIndex::insert(model::ProcessKey key, std::uint32_t value) {
  if (used_ * 2 >= slots_.size()) grow();
  slots_[place_of(key)] = {key.start, key.pid, value};
  ++used_;
}

/// What follows the gap moves up, unless it would come to stand before its place.
void ProcessIndex::erase(model::ProcessKey key) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = place_of(key);
  for (std::size_t next = (gap + 1) & mask; slots_[next].value != none; next = (next + 1) & mask) {
    const std::size_t wanted = hash_of(slots_[next].start, slots_[next].pid) & mask;
    if (((next - wanted) & mask) < ((next - gap) & mask)) continue;
    slots_[gap] = slots_[next];
    gap = next;
  }
  slots_[gap] = {};
  --used_;
}

}  // namespace doorman::derive

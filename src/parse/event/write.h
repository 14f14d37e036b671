// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/container.h"
#include "model/event_record.h"
#include "model/process.h"

namespace doorman::parse::event {

/// Eight bytes, as a record holds a number. Belongs to the record that is being put together.
class NumberSlot {
 public:
  explicit NumberSlot(std::uint64_t number);
  [[nodiscard]] std::string_view bytes() const { return {bytes_, sizeof bytes_}; }

 private:
  char bytes_[8];  // NOLINT(*-avoid-c-arrays)
};

/// What decode() reads, written: for recordings and tests; the kernel programs write their own. A slot that is too
/// long is cut, and the record says so. `size` of the record is not looked at.
void append_record(std::string& out, const model::EventRecord& record);

/// A record of the kind that `record` says, with what is told of the process in its slots.
void append_process(std::string& out, model::EventRecord record, const model::ProcessChange& change);

/// A container record of that control group, told at that time; 0 is the host itself.
void append_container(std::string& out, std::uint64_t cgroup, const model::Container& container,
                      std::uint64_t time = 0);

}  // namespace doorman::parse::event

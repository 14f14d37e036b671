// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "model/container.h"
#include "model/event_record.h"
#include "model/process.h"

namespace doorman::parse::event {

/// Limits of a record beside those of bpf/event.h, which are its own.
struct RecordLimits {
  static constexpr std::size_t labels = 1024, mounts = 1024;
  static constexpr std::size_t names = 4096;  ///< users, and groups; the rest is left out
};

/// Takes the record apart that `bytes` begin with; what follows it is left alone (`into.size` says where that is).
/// Format: bpf/event.h. The texts of `into` point into `bytes`. After an error `into` is not to be used.
base::Status decode(base::Bytes bytes, model::EventRecord& into);

/// Where a record ends and when it was made, when nothing else is asked.
struct RecordStamp {
  std::uint32_t size = 0;
  std::uint64_t time = 0;
};
/// Nothing: `bytes` do not begin with a record.
std::optional<RecordStamp> stamp_of(base::Bytes bytes);

/// What an exec, fork, exit or change says of its process. After an error `into` is not to be used.
base::Status decode_process(const model::EventRecord& record, model::ProcessChange& into);
inline base::Result<model::ProcessChange> decode_process(const model::EventRecord& record) {
  model::ProcessChange change;
  DOORMAN_CHECK(decode_process(record, change));
  return change;
}

/// What a container record says.
base::Result<model::Container> decode_container(const model::EventRecord& record);

}  // namespace doorman::parse::event

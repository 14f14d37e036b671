// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// What an exec, fork, exit or change says of its process.
base::Result<model::ProcessChange> decode_process(const model::EventRecord& record);

/// What a container record says.
base::Result<model::Container> decode_container(const model::EventRecord& record);

}  // namespace doorman::parse::event

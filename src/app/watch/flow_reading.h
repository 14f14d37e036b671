// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/watch/log_opening.h"
#include "base/bytes.h"
#include "base/result.h"
#include "derive/address_names.h"
#include "derive/flow_map.h"
#include "model/event_record.h"
#include "store/image_facts_folder.h"

namespace doorman::app {

/// Puts the map of flows together out of records, wherever they come from.
class FlowReading {
 public:
  /// What scans left in that state folder is known; empty: nothing is.
  explicit FlowReading(const std::string& state_folder = {})
      : decoders_(
            record_decoders(state_folder.empty() ? nullptr : std::make_shared<store::KnownImages>(state_folder))) {}

  /// The next record; its clock counts from `boot_time`, nanoseconds since 1970, and the map's times are since
  /// 1970. Records of other kinds than containers, control groups, flows and DNS answers are passed over.
  base::Status take(base::Bytes record, std::uint64_t boot_time);
  /// The machine was started anew: numbers of control groups mean others from now on.
  void begin_boot();

  [[nodiscard]] const derive::FlowMap& map() const { return map_; }
  [[nodiscard]] derive::FlowMap& map() { return map_; }

 private:
  base::Status take_container(const model::EventRecord& record);

  derive::AddressNames names_;
  derive::FlowMap map_{names_};
  derive::RecordDecoders decoders_;
  model::EventRecord record_;
};

}  // namespace doorman::app

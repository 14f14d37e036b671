// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "app/runtime/told_admission.h"
#include "store/admission_log.h"

namespace doorman::app {

/// What the door told, in the order of time, to be laid between the records of the event log.
class AdmissionFeed {
 public:
  explicit AdmissionFeed(const std::string& state_folder)
      : reader_(store::AdmissionLogReader::open(state_folder)) {}

  /// Reads what came since the last call.
  void refresh();
  /// The next one that is no younger; what an earlier `refresh` read comes before what a later one did.
  std::optional<ToldAdmission> next(std::uint64_t until);
  /// Says on standard error what could not be read, once.
  void tell_notes();

 private:
  store::AdmissionLogReader reader_;
  std::deque<ToldAdmission> waiting_;  ///< by time
  std::uint64_t unreadable_ = 0;
};

}  // namespace doorman::app

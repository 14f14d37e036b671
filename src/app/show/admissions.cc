// SPDX-License-Identifier: Apache-2.0
#include "app/show/admissions.h"

#include <limits>
#include <utility>

#include "app/watch/admission_feed.h"

namespace doorman::app {

std::vector<model::AdmissionTold> read_admissions(const std::string& state_folder) {
  AdmissionFeed feed(state_folder);
  feed.refresh();
  std::vector<model::AdmissionTold> told;
  while (auto next = feed.next(std::numeric_limits<std::uint64_t>::max())) told.push_back(std::move(*next));
  feed.tell_notes();
  return told;
}

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/runtime/judge.h"
#include "model/hardening.h"

namespace doorman::app {

/// What is told of one container that asked to be started. A view.
struct AdmissionEntry {
  std::uint64_t time = 0;  ///< nanoseconds since 1970
  model::Decision decision = model::Decision::allow;
  std::string_view command, bundle;
  const model::AdmissionRequest& request;
  const AdmissionVerdict& verdict;
  const std::vector<model::BundleChange>& changes;  ///< that were made
  std::string_view problem;                         ///< why something could not be done; empty: all was
  bool is_judged = true;                            ///< else nothing but its id is known of the container
};

inline constexpr std::size_t max_admission_line_bytes = 256U << 10U;

/// One line of JSON: time, kind, the fields of the catalogue that have a value, and what it has no name for
/// (docs/events.md). Texts are printable. Ends with a line feed; of one that would be longer than
/// max_admission_line_bytes, texts and lists are cut.
std::string admission_line(const AdmissionEntry& entry);

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/policy/case_facts.h"
#include "app/runtime/judge.h"
#include "base/result.h"
#include "model/hardening.h"
#include "model/image_page.h"

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

/// A line that was read back.
struct ToldAdmission : model::AdmissionTold {
  std::uint64_t nanoseconds = 0;     ///< its time since 1970
  std::string id;                    ///< the container's whole one
  std::string what;                  ///< in one line, for people
  std::unique_ptr<CaseFacts> facts;  ///< of source admission, for filters
  std::string line;                  ///< as it stands there, with its line feed
};
/// `line` has no line feed. What is no such line is an error; a member that is not known, or whose value its field
/// cannot hold, is passed over.
base::Result<ToldAdmission> parse_admission_line(std::string_view line);

}  // namespace doorman::app

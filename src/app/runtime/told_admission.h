// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "app/policy/case_facts.h"
#include "base/result.h"
#include "model/image_page.h"

namespace doorman::app {

/// A line of app/runtime/admission_entry.h that was read back.
struct ToldAdmission : model::AdmissionTold {
  std::uint64_t nanoseconds = 0;  ///< its time since 1970
  std::string id;                 ///< the container's whole one
  std::string what;               ///< in one line, for people
  std::string line;               ///< as it stands there, with its line feed
};
/// `line` has no line feed. What is no such line is an error.
base::Result<ToldAdmission> parse_admission_line(std::string_view line);

/// What rules and filters of source admission are asked about it. A member that is not known, or whose value its
/// field cannot hold, is passed over.
std::unique_ptr<CaseFacts> facts_of(const ToldAdmission& told);

}  // namespace doorman::app

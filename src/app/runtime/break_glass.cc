// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/break_glass.h"

#include <algorithm>

#include "base/glob.h"
#include "base/text.h"

namespace doorman::app {
namespace {

std::string_view reason_in(const model::AdmissionRequest& request, const model::BreakGlass& glass) {
  const std::string* const written = model::find_label(request.annotations, glass.annotation);
  return written == nullptr ? std::string_view() : base::trim(*written);
}

/// The first that may break it and has a reason to; nullptr where there is none.
const policy::Rule* breaker_of(const AdmissionVerdict::Rule& rule, const AdmissionVerdict& verdict,
                               const model::AdmissionRequest& request) {
  for (const policy::Rule* item : verdict.break_glasses) {
    const model::BreakGlass& glass = *item->break_glass;
    const auto fits = [&](const std::string& pattern) { return base::matches_glob(pattern, rule.name); };
    if (!reason_in(request, glass).empty() && std::ranges::any_of(glass.rules, fits)) return item;
  }
  return nullptr;
}

}  // namespace

void break_glass(AdmissionVerdict& verdict, const model::AdmissionRequest& request) {
  if (verdict.decision() != model::Decision::deny) return;
  AdmissionVerdict::Broken broken;
  std::vector<const policy::Rule*> told;
  for (const AdmissionVerdict::Rule& rule : verdict.rules) {
    if (!rule.refuses) continue;
    const policy::Rule* const item = breaker_of(rule, verdict, request);
    if (item == nullptr) return;
    if (std::ranges::find(told, item) != told.end()) continue;
    told.push_back(item);
    broken.by += (broken.by.empty() ? "" : ", ") + item->name;
    if (!broken.reason.empty()) continue;
    broken.annotation = item->break_glass->annotation;
    broken.reason = reason_in(request, *item->break_glass);
  }
  verdict.broken = std::move(broken);
}

}  // namespace doorman::app

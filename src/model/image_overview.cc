// SPDX-License-Identifier: Apache-2.0
#include "model/image_overview.h"

namespace doorman::model {

std::string_view to_text(ImageState state) {
  switch (state) {
    case ImageState::running:
      return "running";
    case ImageState::stale:
      return "stale";
    case ImageState::stopped:
      return "stopped";
    case ImageState::superseded:
      return "superseded";
    case ImageState::unused:
      return "unused";
  }
  return {};
}

std::string_view to_text(RebuildStep::Action action) {
  switch (action) {
    case RebuildStep::Action::rebuild:
      return "rebuild";
    case RebuildStep::Action::recreate:
      return "recreate";
  }
  return {};
}

void FlawCounts::add(const Vulnerability& flaw) {
  if (flaw.known_exploited) ++exploited;
  switch (flaw.severity) {
    case Severity::critical:
      ++critical;
      return;
    case Severity::high:
      ++high;
      return;
    case Severity::medium:
      ++medium;
      return;
    case Severity::low:
      ++low;
      return;
    case Severity::none:
    case Severity::unknown:
      ++other;
      return;
  }
}

void FlawCounts::add(const FlawCounts& more) {
  exploited += more.exploited;
  critical += more.critical;
  high += more.high;
  medium += more.medium;
  low += more.low;
  other += more.other;
}

}  // namespace doorman::model

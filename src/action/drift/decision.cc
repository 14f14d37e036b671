// SPDX-License-Identifier: Apache-2.0
#include "action/drift/decision.h"

namespace doorman::action {
namespace {

using Step = ExecDecision::Step;
using Reason = model::DriftRecord::Reason;
using model::DriftMode;

ExecDecision refuse(const ExecFacts& facts) {
  ExecDecision decision;
  decision.step = facts.mode == DriftMode::kill ? Step::kill : Step::refuse;
  decision.reason = facts.script ? Reason::script : facts.reason;
  return decision;
}

/// A changed file of the image: its content decides.
ExecDecision decide_by_content(const ExecFacts& facts) {
  if (!facts.content) return {.step = Step::compare};
  switch (*facts.content) {
    case Content::same:
      break;
    case Content::different:
    case Content::absent:
    case Content::unknown:
      return refuse(facts);
  }
  // Only now: what is refused anyway waits for nothing. A file that changes after this has another time.
  if (facts.age < settling) return {.step = Step::wait};
  return {.step = Step::allow, .approve = true};
}

}  // namespace

ExecDecision decide(const ExecFacts& facts) {
  // A loader is asked for by every program that it loads; where it is run itself, the kernel side holds it.
  if (!facts.reason || *facts.reason == Reason::loader) return {.step = Step::allow, .ignore = true};
  if (facts.engine) return {};
  if (facts.mode == DriftMode::off || facts.mode == DriftMode::alert) return {};
  if (facts.approved) return {};
  switch (*facts.reason) {
    case Reason::written:
      return decide_by_content(facts);
    case Reason::memory:
    case Reason::unlinked:
    case Reason::foreign:
    case Reason::script:
      return refuse(facts);
    case Reason::loader:
    case Reason::data:
      break;
  }
  return {};
}

}  // namespace doorman::action

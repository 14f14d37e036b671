// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/verdict.h"

namespace doorman::sink {

/// A match's message where nothing beside it says what it is about. A secret is in a file, a variable or a build
/// step: no one field of a rule's output can say where, so its place goes first.
inline std::string told_message(const model::MatchedRule& rule, const model::RuleMatch& match) {
  const bool add_place = rule.source == model::EventSource::secret && !match.what.empty();
  return add_place ? match.what + ": " + match.message : match.message;
}

}  // namespace doorman::sink

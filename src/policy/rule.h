// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/field.h"
#include "model/hardening.h"
#include "model/image_word.h"
#include "model/verdict.h"
#include "policy/diagnostic.h"
#include "policy/syntax/condition.h"

namespace doorman::policy {

/// At most so many matches in so long a time, for one subject.
struct Throttle {
  std::uint32_t matches = 0;  ///< 0: no limit
  std::chrono::nanoseconds window{0};
};

/// A named part of conditions.
struct Macro {
  std::string name;
  Condition condition;  ///< resolved
  Place place;
};

struct List {
  std::string name;
  std::vector<std::string> items;  ///< with the items of the lists that it names, in order
  Place place;
};

/// A rule, ready to be checked against the catalogue: macros, lists and exceptions are already part of its
/// condition.
struct Rule {
  std::string name, description;
  std::string output;
  Condition condition;  ///< resolved: no name of a macro or list is left
  std::string written;  ///< the condition's text in the file, before resolving, with what was appended
  model::Priority priority = model::Priority::warning;
  model::EventSource source = model::EventSource::syscall;
  std::vector<std::string> tags;
  bool enabled = true;
  bool skip_unknown = false;  ///< skip-if-unknown-filter: leave the rule out instead of failing
  bool warn_event_types = true;
  bool capture = false;
  std::uint32_t capture_duration = 0;

  // Our additions, optional keys.
  model::Action action = model::Action::alert;
  Throttle throttle;
  std::optional<model::OnError> on_error;
  std::string remediation, reference;

  // Items that say what becomes of a container, rather than that something is wrong with it: at most one of these.
  std::shared_ptr<const model::Hardening> hardening;
  std::shared_ptr<const model::BreakGlass> break_glass;
  /// It tells of something wrong.
  [[nodiscard]] bool finds() const { return hardening == nullptr && break_glass == nullptr; }

  Place place, condition_place, output_place;
};

/// Everything that some rule files say, taken together.
struct RuleSet {
  std::vector<SourceText> texts;
  std::vector<Rule> rules;  ///< in the order of their first definition
  std::vector<Macro> macros;
  std::vector<List> lists;
  std::vector<model::ImageWord> images;  ///< in the order of the files
  std::optional<std::string> required_engine_version;
};

}  // namespace doorman::policy

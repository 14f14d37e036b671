// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/admission_record.h"
#include "model/field.h"
#include "model/verdict.h"
#include "policy/engine/engine.h"
#include "policy/rule.h"

namespace doorman::app {

/// The rules of source `admission` among those; nullptr for `none` alone. Without any it is the built-in pack
/// `admission`. Files that hold no such rule at all are an error: they would let everything through in silence.
/// What is wrong with one is in the error's message.
base::Result<std::shared_ptr<const policy::Engine>> open_admission_rules(const std::vector<std::string>& rules);

/// Whether a condition asks for a field of that kind.
bool asks_for(const policy::Condition& condition, const std::function<bool(const model::Field&)>& wanted);

/// What could not be read, and so which fields say nothing.
struct Unread {
  std::string who;    ///< why the engine's files say less of the container than they should; empty: they say all
  std::string image;  ///< why it is not known which image it is of
  std::string facts;  ///< why it is not known what a scan found
  std::string neighbours = {};  ///< why it is not known who runs beside it
};

struct AdmissionVerdict {
  struct Rule {
    std::string name, output, remediation;
    model::Priority priority = model::Priority::warning;
    model::Action action = model::Action::alert;
    bool undecided = false;  ///< `output` says what could not be read
    bool refuses = false;
  };
  /// Refused, and let in all the same.
  struct Broken {
    std::string by, annotation, reason;
  };

  std::vector<Rule> rules;  ///< that match or cannot be decided; those that refuse first
  /// Items of the rule files that fit, in their order; they live as long as the engine. A hardening that cannot be
  /// decided fits unless its `on_error` (or the setting) is allow; a break-glass item then never does.
  std::vector<const policy::Rule*> hardenings, break_glasses;
  std::optional<Broken> broken;

  [[nodiscard]] model::Decision decision() const;
  /// Adds a rule that is none of the files'; those that refuse stay in front.
  void add(Rule rule);
  /// `RULE: OUTPUT; RULE: OUTPUT` of those that refuse.
  [[nodiscard]] std::string reason() const;
};

/// A rule that asks for what could not be read, and does not match without it, is undecided: its `on_error` says
/// what it is worth, `otherwise` where it has none and would refuse.
AdmissionVerdict judge_admission(const std::shared_ptr<const policy::Engine>& engine,
                                 const model::AdmissionRequest& request, const Unread& unread,
                                 model::OnError otherwise);

}  // namespace doorman::app

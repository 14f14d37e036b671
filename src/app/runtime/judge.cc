// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "app/packs.h"
#include "app/policy/compile.h"
#include "policy/alerter.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using model::FieldId;

constexpr std::string_view no_rules = "none", default_rules = "admission";

using Wanted = std::function<bool(const model::Field&)>;

bool asks(const policy::Term& term, const Wanted& wanted) {
  if (term.kind == policy::Term::Kind::field) {
    const model::SplitField split = model::split_field(term.text);
    if (split.field != nullptr && wanted(*split.field)) return true;
  }
  return std::ranges::any_of(term.items, [&](const policy::Term& item) { return asks(item, wanted); });
}

bool is_of_scan(const model::Field& field) {
  return field.id == FieldId::image_scanned || field.id == FieldId::image_worst_fixable ||
         field.id == FieldId::image_worst_fixable_rank || field.id == FieldId::image_known_exploited ||
         field.id == FieldId::image_is_root || field.id == FieldId::image_secrets ||
         field.id == FieldId::image_created || field.id == FieldId::image_age_days ||
         field.name.starts_with("image.base.");
}

bool is_of_image(const model::Field& field) {
  return field.name.starts_with("image.") || field.name.starts_with("container.image");
}

/// The bundle tells the rest by itself.
bool is_of_engine(const model::Field& field) {
  return field.id == FieldId::container_name || field.name.starts_with("container.label") ||
         field.name.starts_with("k8s.");
}

bool is_of_neighbours(const model::Field& field) { return field.name.starts_with("neighbour."); }

/// Why the rule cannot be decided; empty: it can.
std::string_view obstacle(const policy::Rule& rule, const Unread& unread) {
  if (!unread.who.empty() && asks_for(rule.condition, is_of_engine)) return unread.who;
  if (!unread.image.empty() && asks_for(rule.condition, is_of_image)) return unread.image;
  if (!unread.facts.empty() && asks_for(rule.condition, is_of_scan)) return unread.facts;
  if (!unread.neighbours.empty() && asks_for(rule.condition, is_of_neighbours)) return unread.neighbours;
  return {};
}

bool refuses(const policy::Rule& rule) { return model::decision_of(rule.action) == model::Decision::deny; }

AdmissionVerdict::Rule told(const policy::Rule& rule, std::string output) {
  return {rule.name, std::move(output), rule.remediation, rule.priority, rule.action, false, refuses(rule)};
}

}  // namespace

bool asks_for(const policy::Condition& condition, const Wanted& wanted) {
  return asks(condition.left, wanted) || asks(condition.right, wanted) ||
         std::ranges::any_of(condition.parts,
                             [&](const policy::Condition& part) { return asks_for(part, wanted); });
}

Result<std::shared_ptr<const policy::Engine>> open_admission_rules(const std::vector<std::string>& rules) {
  if (rules.size() == 1 && rules.front() == no_rules) return std::shared_ptr<const policy::Engine>();
  DOORMAN_TRY(auto packs, open_packs(rules.empty() ? std::vector{std::string(default_rules)} : rules, "--rules"));
  CompiledPolicy compiled = compile_policy(std::move(packs.rules));
  if (!compiled.ok()) {
    const auto first =
        std::ranges::find(compiled.diagnostics, policy::Diagnostic::Level::error, &policy::Diagnostic::level);
    const std::string text = policy::to_text(*first, compiled.texts);
    return Error(ErrorCode::usage, fmt::format("--rules: {}: {}", counted(compiled.errors, "error"),
                                               text.substr(0, text.find('\n'))));
  }
  const auto& all = compiled.engine->rules().rules;
  if (std::ranges::find(all, model::EventSource::admission, &policy::Rule::source) == all.end()) {
    return Error(ErrorCode::usage, "--rules: no rule of source admission; none asks no rules");
  }
  return std::move(compiled.engine);
}

model::Decision AdmissionVerdict::decision() const {
  if (rules.empty()) return model::Decision::allow;
  return rules.front().refuses && !broken ? model::Decision::deny : model::Decision::warn;
}

void AdmissionVerdict::add(Rule rule) {
  rules.push_back(std::move(rule));
  std::ranges::stable_partition(rules, [](const Rule& each) { return each.refuses; });
}

std::string AdmissionVerdict::reason() const {
  std::string text;
  for (const Rule& rule : rules) {
    if (rule.refuses) text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", rule.name, rule.output);
  }
  return text;
}

AdmissionVerdict judge_admission(const std::shared_ptr<const policy::Engine>& engine,
                                 const model::AdmissionRequest& request, const Unread& unread,
                                 model::OnError otherwise) {
  AdmissionVerdict verdict;
  if (engine == nullptr) return verdict;
  policy::Alerter alerter(engine);
  const auto& matches = alerter.ask(model::AdmissionRecord(request), 0, std::chrono::nanoseconds(0));
  for (const auto& match : matches) {
    if (match.rule->hardening != nullptr) verdict.hardenings.push_back(match.rule);
    else if (match.rule->break_glass != nullptr) verdict.break_glasses.push_back(match.rule);
    else verdict.rules.push_back(told(*match.rule, match.output));
  }
  const auto& rules = engine->rules().rules;
  for (std::uint32_t number = 0; number < rules.size(); ++number) {
    const policy::Rule& rule = rules[number];
    if (rule.source != model::EventSource::admission || !engine->is_asked(number)) continue;
    const bool matched = std::ranges::any_of(matches, [&](const auto& match) { return match.rule == &rule; });
    const std::string_view why = matched ? std::string_view() : obstacle(rule, unread);
    if (why.empty() || rule.break_glass != nullptr) continue;
    if (rule.hardening != nullptr) {
      if (rule.on_error.value_or(otherwise) == model::OnError::deny) verdict.hardenings.push_back(&rule);
      continue;
    }
    AdmissionVerdict::Rule undecided = told(rule, fmt::format("cannot be decided: {}", why));
    undecided.undecided = true;
    undecided.refuses =
        rule.on_error ? *rule.on_error == model::OnError::deny : refuses(rule) && otherwise == model::OnError::deny;
    verdict.rules.push_back(std::move(undecided));
  }
  std::ranges::stable_partition(verdict.rules, [](const auto& rule) { return rule.refuses; });
  return verdict;
}

}  // namespace doorman::app

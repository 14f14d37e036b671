// SPDX-License-Identifier: Apache-2.0
#include "policy/alerter.h"

#include <utility>

namespace doorman::policy {
namespace {

/// Compiling checked every output of a rule that is asked; the others never speak.
std::vector<OutputFormat> outputs_of(const Engine& engine) {
  std::vector<OutputFormat> outputs;
  outputs.reserve(engine.rules().rules.size());
  for (const Rule& rule : engine.rules().rules) {
    auto parsed = OutputFormat::parse(rule.output, rule.source);
    auto* output = std::get_if<OutputFormat>(&parsed);
    outputs.push_back(output == nullptr ? OutputFormat() : std::move(*output));
  }
  return outputs;
}

}  // namespace

Alerter::Alerter(std::shared_ptr<const Engine> engine)
    : evaluator_(std::move(engine)), outputs_(outputs_of(evaluator_.engine())) {}

void Alerter::replace(std::shared_ptr<const Engine> engine) {
  evaluator_ = Evaluator(std::move(engine));
  outputs_ = outputs_of(evaluator_.engine());
  counts_.clear();
  counted_ = 0;
  matches_.clear();
}

bool Alerter::may_speak(std::uint32_t rule, std::uint64_t subject, std::chrono::nanoseconds time,
                        std::uint64_t& held_back) {
  const Throttle& throttle = evaluator_.engine().rules().rules[rule].throttle;
  if (throttle.matches == 0) return true;
  if (counted_ >= max_counts) {
    counts_.clear();
    counted_ = 0;
  }
  const auto [place, is_new] = counts_[subject].try_emplace(rule);
  if (is_new) ++counted_;
  Count& count = place->second;
  if (is_new || time - count.since >= throttle.window) {
    count.since = time;
    count.matches = 0;
  }
  if (count.matches >= throttle.matches) {
    ++count.held_back;
    return false;
  }
  ++count.matches;
  held_back = std::exchange(count.held_back, 0);
  return true;
}

const std::vector<Alerter::Match>& Alerter::ask(const model::Facts& facts, std::uint64_t subject,
                                                std::chrono::nanoseconds time) {
  matches_.clear();
  for (const std::uint32_t number : evaluator_.match(facts)) {
    std::uint64_t held_back = 0;
    if (!may_speak(number, subject, time, held_back)) continue;
    scratch_.clear();
    matches_.push_back({&evaluator_.engine().rules().rules[number], outputs_[number].render(facts, scratch_),
                        outputs_[number].values(facts, scratch_), held_back});
  }
  return matches_;
}

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/facts.h"
#include "policy/check/catalogue.h"
#include "policy/rule.h"

namespace doorman::policy {

/// The rules of a set, compiled for all their sources into one graph. A condition's part that several rules share
/// is there once, and is decided once an event. Immutable; any number of threads may evaluate with one.
///
/// To load other rules anew, compile them and give the new engine to a new evaluator: what is wrong with them
/// changes nothing, and the old engine lives as long as somebody evaluates with it.
class Engine {
 public:
  /// Rules are listed for each kind of event that conditions tell apart by its type; so often in all lists
  /// together.
  static constexpr std::size_t max_rules_by_type = 1'000'000;

  /// Checks every enabled rule against the catalogue and compiles those that pass. Errors and warnings are added to
  /// `diagnostics`; nullptr when there was an error.
  static std::shared_ptr<const Engine> compile(RuleSet rules, std::vector<Diagnostic>& diagnostics,
                                               const Catalogue& catalogue = model_catalogue());

  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] const RuleSet& rules() const;
  /// Whether the rule is asked: it is enabled, and no field that it wants is unknown.
  [[nodiscard]] bool is_asked(std::uint32_t rule) const;
  /// The predicates that differ, over all rules: what the cost of an event grows with.
  [[nodiscard]] std::size_t predicates() const;

  struct Compiled;  ///< the engine's own

 private:
  friend class Evaluator;
  explicit Engine(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

/// Asks an engine's rules, one event after another. Keeps what stays the same from event to event (what was decided
/// by a process alone), so one evaluator belongs to one thread.
class Evaluator {
 public:
  explicit Evaluator(std::shared_ptr<const Engine> engine);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;

  /// The rules that match, as indices into rules().rules, rising: all of them. Valid until the next call.
  std::span<const std::uint32_t> match(const model::Facts& facts);

  [[nodiscard]] const Engine& engine() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same answer by walking one rule's condition, without graph or memory: for tests, for `explain`. False for a
/// rule whose condition is not sound, and for facts of another source.
bool matches_plainly(const Rule& rule, const model::Facts& facts, const Catalogue& catalogue = model_catalogue());

}  // namespace doorman::policy

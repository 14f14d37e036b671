// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "policy/check/check.h"
#include "policy/engine/compiled.h"
#include "policy/engine/event_types.h"
#include "policy/load/places.h"

namespace doorman::policy {
namespace {

/// Falco's number: more types than this are said to cost.
constexpr std::size_t many_event_types = 100;

/// Checks rules and says what is wrong with them, of the same mistake in a macro only once.
class RuleChecker {
 public:
  RuleChecker(const RuleSet& set, const Catalogue& catalogue, std::vector<Diagnostic>& diagnostics)
      : set_(set), catalogue_(catalogue), report_(diagnostics) {}

  /// Nothing for a rule that is not asked.
  std::optional<Checked> check(const Rule& rule) {
    if (report_.full()) return std::nullopt;
    CheckedCondition checked = check_condition(rule.condition, rule.source, catalogue_, patterns_);
    const bool unknown_only = std::ranges::all_of(checked.errors, &CheckError::unknown_field, &CheckNote::what);
    if (!checked.tree && rule.skip_unknown && unknown_only) {
      const CheckNote& first = checked.errors.front();
      report_.warning(code::unknown_filter, first.what.message, places(rule, first), first.what.hint);
      return std::nullopt;
    }
    for (const CheckNote& note : checked.errors) {
      if (is_new(note))
        report_.error(code::compile_condition, note.what.message, places(rule, note), note.what.hint);
    }
    for (const CheckNote& note : checked.warnings) {
      if (is_new(note)) report_.warning(code::condition_warning, note.what.message, places(rule, note));
    }
    if (checked.tree && rule.warn_event_types && rule.source == model::EventSource::syscall &&
        event_types_of(rule.condition).count() > many_event_types)
      report_.warning(code::no_event_type,
                      "Rule matches too many evt.type values. This has a significant performance penalty.",
                      {rule.place});
    return std::move(checked.tree);
  }

  void too_many(const Rule& rule) {
    report_.error(
        code::limit,
        fmt::format("conditions tell so many event types apart that the rules are listed more than {} times",
                    Engine::max_rules_by_type),
        {rule.place});
  }

  [[nodiscard]] std::size_t errors() const { return report_.errors(); }

 private:
  [[nodiscard]] Places places(const Rule& rule, const CheckNote& note) const {
    return places_of(set_, rule, *note.part, note.what.at);
  }

  bool is_new(const CheckNote& note) {
    return told_.emplace(note.what.at.file, note.what.at.offset, note.what.message).second;
  }

  const RuleSet& set_;
  const Catalogue& catalogue_;
  Patterns patterns_;
  Report report_;
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::string>> told_;
};

void make_matchers(Engine::Compiled& compiled) {
  const Graph& graph = compiled.graph;
  for (const Operand& operand : graph.operands())
    compiled.fields.push_back(operand.kind == Operand::Kind::field ? &operand.field : nullptr);
  compiled.texts.resize(graph.operands().size());
  for (const Leaf& leaf : graph.leaves())
    compiled.matchers.push_back(make_matcher(leaf, compiled.texts[leaf.operand], compiled.large));
  for (Matcher& matcher : compiled.matchers) finish(matcher, compiled.texts[matcher.operand], compiled.large);
}

/// Numbers the nodes whose answers are remembered with their scope: the largest parts that it decides, of what is
/// still asked when the rules that a scope alone rules out are gone.
class RememberedNodes {
 public:
  explicit RememberedNodes(Engine::Compiled& compiled) : compiled_(compiled), seen_(compiled.graph.nodes().size()) {
    for (const Node& node : compiled.graph.nodes())
      compiled.steps.push_back({node.kind, node.scope, node.first, node.count});
  }

  void number(const Bucket& bucket) {
    for (const AskedRule& rule : bucket.rules) {
      visit(rule.rest);
      visit(rule.need(model::FieldScope::process));
      if (rule.found_by_event) visit(rule.whole);
    }
  }

 private:
  void visit(Ref ref) {
    const std::uint32_t number = node_of(ref);
    const Node& node = compiled_.graph.nodes()[number];
    if (seen_[number] || node.kind == Node::Kind::truth) return;
    seen_[number] = true;
    if (node.scope != model::FieldScope::event)
      compiled_.steps[number].slot = compiled_.slots_used[static_cast<std::size_t>(node.scope)]++;
    // What is the process's as a whole may be of parts that other processes share.
    const bool is_whole = node.scope != model::FieldScope::event && node.scope != model::FieldScope::process;
    if (is_whole || node.kind != Node::Kind::all) return;
    for (const Ref part : compiled_.graph.parts(node)) visit(part);
  }

  Engine::Compiled& compiled_;
  std::vector<bool> seen_;
};

/// How many predicates the rules' conditions are made of; the graph also holds what they were before joining.
std::size_t count_predicates(const Graph& graph, const std::vector<Bucket>& buckets) {
  std::vector<bool> seen(graph.nodes().size());
  std::vector<Ref> open;
  for (const Bucket& bucket : buckets) {
    for (const AskedRule& rule : bucket.rules) open.push_back(rule.whole);
  }
  std::size_t count = 0;
  while (!open.empty()) {
    const std::uint32_t number = node_of(open.back());
    open.pop_back();
    if (seen[number]) continue;
    seen[number] = true;
    const Node& node = graph.nodes()[number];
    if (node.kind == Node::Kind::leaf) ++count;
    if (node.kind != Node::Kind::all) continue;
    for (const Ref part : graph.parts(node)) open.push_back(part);
  }
  return count;
}

}  // namespace

Engine::Engine(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Engine::~Engine() = default;

const RuleSet& Engine::rules() const { return compiled_->set; }
bool Engine::is_asked(std::uint32_t rule) const { return compiled_->asked[rule]; }
std::size_t Engine::predicates() const { return compiled_->predicates; }

std::shared_ptr<const Engine> Engine::compile(RuleSet rules, std::vector<Diagnostic>& diagnostics,
                                              const Catalogue& catalogue) {
  auto compiled = std::make_unique<Compiled>();
  compiled->set = std::move(rules);
  compiled->asked.resize(compiled->set.rules.size());
  RuleChecker checker(compiled->set, catalogue, diagnostics);
  std::vector<RuleRoot> roots;
  for (std::uint32_t i = 0; i < compiled->set.rules.size(); ++i) {
    const Rule& rule = compiled->set.rules[i];
    const auto checked = checker.check(rule);
    if (!checked || !rule.enabled) continue;
    compiled->asked[i] = true;
    roots.push_back({i, rule.source, compiled->graph.add(*checked)});
  }
  if (checker.errors() != 0) return nullptr;
  if (!make_buckets(*compiled, roots)) {
    checker.too_many(compiled->set.rules.front());
    return nullptr;
  }
  make_matchers(*compiled);
  RememberedNodes remembered(*compiled);
  for (Bucket& bucket : compiled->buckets) {
    make_indexes(compiled->graph, bucket);
    make_filters(bucket);
    remembered.number(bucket);
  }
  compiled->predicates = count_predicates(compiled->graph, compiled->buckets);
  return std::shared_ptr<const Engine>(new Engine(std::move(compiled)));
}

}  // namespace doorman::policy

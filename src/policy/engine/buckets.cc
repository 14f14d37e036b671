// SPDX-License-Identifier: Apache-2.0
// Rules are chosen by an event's source and type before anything of the event is read.
#include <algorithm>
#include <map>

#include "policy/check/compare.h"
#include "policy/engine/compiled.h"

namespace doorman::policy {
namespace {

using model::FieldScope;
using Known = Graph::Known;

/// An event of which nothing but its type is known.
class TypeFacts final : public model::Facts {
 public:
  explicit TypeFacts(std::string_view name) : name_(name) {}
  [[nodiscard]] model::EventSource source() const override { return model::EventSource::syscall; }
  [[nodiscard]] model::Value read(const model::FieldUse& /*use*/, base::Arena& /*scratch*/) const override {
    return model::Value::of(name_);
  }

 private:
  std::string_view name_;
};

bool only_of_type(const Operand& operand) {
  if (operand.kind == Operand::Kind::field) return operand.field.id == model::FieldId::evt_type;
  return std::ranges::all_of(operand.arguments, only_of_type);
}

/// What each leaf says for one type of event.
class TypeKnowledge {
 public:
  explicit TypeKnowledge(const Graph& graph) : graph_(graph) {
    for (std::size_t i = 0; i < graph.leaves().size() && leaves_.size() < most_leaves; ++i) {
      const Predicate& predicate = *graph.leaves()[i].predicate;
      const bool right = !predicate.right || only_of_type(*predicate.right);
      if (only_of_type(predicate.left) && right) leaves_.push_back(i);
    }
  }

  [[nodiscard]] std::vector<Known> of(std::string_view type) {
    const TypeFacts facts(type);
    std::vector<Known> known;
    known.reserve(leaves_.size());
    for (const std::size_t leaf : leaves_)
      known.push_back(holds(*graph_.leaves()[leaf].predicate, facts, scratch_) ? Known::yes : Known::no);
    scratch_.clear();
    return known;
  }

  /// By leaf, for Graph::with_known.
  [[nodiscard]] std::vector<Known> spread(const std::vector<Known>& known) const {
    std::vector<Known> all(graph_.leaves().size(), Known::open);
    for (std::size_t i = 0; i < known.size(); ++i) all[leaves_[i]] = known[i];
    return all;
  }

 private:
  /// Conditions that ask for types in more ways than that decide the rest while they are asked.
  static constexpr std::size_t most_leaves = 1024;

  const Graph& graph_;
  std::vector<std::size_t> leaves_;
  base::Arena scratch_;
};

/// What a condition asks of fields of some scopes alone: it cannot hold where that does not.
class Needs {
 public:
  using Fits = bool (*)(FieldScope);
  Needs(Graph& graph, Fits fits) : graph_(graph), fits_(fits) {}

  Ref of(Ref ref) {
    const Node node = graph_.node(ref);  // a copy: the vector may move
    if (node.kind == Node::Kind::truth || fits_(node.scope)) return ref;
    if (node.kind != Node::Kind::all) return always;
    if (const auto known = memo_.find(ref); known != memo_.end()) return known->second;
    const Ref made = is_negated(ref) ? any_of(node) : all_of(node);
    memo_.emplace(ref, made);
    return made;
  }

 private:
  Ref all_of(const Node& node) {
    std::vector<Ref> needs;
    for (std::uint32_t i = 0; i < node.count; ++i) needs.push_back(of(graph_.parts(node)[i]));
    return graph_.all(needs);
  }
  Ref any_of(const Node& node) {
    std::vector<Ref> refused;
    for (std::uint32_t i = 0; i < node.count; ++i) {
      refused.push_back(no(of(no(graph_.parts(node)[i]))));
      if (refused.back() == never) return always;
    }
    return no(graph_.all(refused));
  }

  Graph& graph_;
  Fits fits_;
  std::unordered_map<Ref, Ref> memo_;
};

template <FieldScope scope>
bool is(FieldScope other) {
  return other == scope;
}

class RuleAdder {
 public:
  explicit RuleAdder(Graph& graph)
      : graph_(graph),
        of_process_(graph, [](FieldScope scope) { return scope != FieldScope::event; }),
        of_program_(graph, is<FieldScope::program>),
        of_ancestry_(graph, is<FieldScope::ancestry>),
        of_place_(graph, is<FieldScope::place>) {}

  void add(Bucket& bucket, std::uint32_t rule, Ref whole) {
    if (whole == never) return;
    if (whole == always) {
      bucket.settled.push_back(rule);
      return;
    }
    AskedRule& asked = bucket.rules.emplace_back();
    asked.rule = rule;
    asked.whole = whole;
    asked.rest = without_process(whole);
    const Ref process = of_process_.of(whole);
    const Ref program = of_program_.of(whole), ancestry = of_ancestry_.of(whole), place = of_place_.of(whole);
    const bool is_parted = process == graph_.all({program, ancestry, place});
    asked.needs = {always, is_parted ? always : process, program, ancestry, place};
    if (process != always) bucket.asks_process = true;
  }

 private:
  /// The parts that differ between the events of a process.
  Ref without_process(Ref whole) {
    const Node node = graph_.node(whole);
    if (node.scope != FieldScope::event) return always;
    if (node.kind != Node::Kind::all || is_negated(whole)) return whole;
    std::vector<Ref> left;
    for (const Ref part : graph_.parts(node)) {
      if (graph_.node(part).scope == FieldScope::event) left.push_back(part);
    }
    return graph_.all(left);
  }

  Graph& graph_;
  Needs of_process_, of_program_, of_ancestry_, of_place_;
};

bool make_typed_buckets(Engine::Compiled& compiled, const std::vector<RuleRoot>& roots, RuleAdder& adder) {
  std::size_t rules = 0;
  TypeKnowledge knowledge(compiled.graph);
  std::map<std::vector<Known>, std::uint32_t> known_buckets;
  for (const model::EventInfo& event : model::event_types()) {
    const auto known = knowledge.of(event.name);
    const auto [place, is_new] =
        known_buckets.try_emplace(known, static_cast<std::uint32_t>(compiled.buckets.size()));
    compiled.bucket_of_type[static_cast<std::size_t>(event.type)] = place->second;
    if (!is_new) continue;
    Bucket& bucket = compiled.buckets.emplace_back();
    const auto by_leaf = knowledge.spread(known);
    std::unordered_map<std::uint32_t, Ref> memo;
    for (const RuleRoot& root : roots) {
      if (root.source == model::EventSource::syscall)
        adder.add(bucket, root.rule, compiled.graph.with_known(root.root, by_leaf, memo));
    }
    rules += bucket.rules.size();
    if (rules > Engine::max_rules_by_type) return false;
  }
  return true;
}

}  // namespace

bool make_buckets(Engine::Compiled& compiled, const std::vector<RuleRoot>& roots) {
  RuleAdder adder(compiled.graph);
  compiled.buckets.resize(model::event_source_count);
  for (std::uint32_t i = 0; i < model::event_source_count; ++i) {
    compiled.bucket_of_source[i] = i;
    for (const RuleRoot& root : roots) {
      if (static_cast<std::uint32_t>(root.source) == i) adder.add(compiled.buckets[i], root.rule, root.root);
    }
  }
  compiled.bucket_of_type.assign(model::event_types().size() + 1,
                                 static_cast<std::uint32_t>(model::EventSource::syscall));
  return make_typed_buckets(compiled, roots, adder);
}

void make_filters(Bucket& bucket) {
  bucket.candidates.assign((bucket.rules.size() + 63) / 64, 0);
  for (std::uint32_t i = 0; i < bucket.rules.size(); ++i) {
    if (!bucket.rules[i].found_by_event) bucket.candidates[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  for (const FieldScope scope : part_scopes) {
    std::map<Ref, std::vector<std::uint32_t>> rules_by_need;
    std::vector<bool> is_found(bucket.rules.size());
    ScopeFilter& filter = bucket.filters[static_cast<std::size_t>(scope)];
    for (const RuleIndex& index : bucket.indexes) {
      if (index.scope != scope) continue;
      filter.is_needed = true;
      for (const std::uint32_t rule : index.rules) is_found[rule] = true;
    }
    for (std::uint32_t i = 0; i < bucket.rules.size(); ++i) {
      const AskedRule& rule = bucket.rules[i];
      if (!rule.found_by_event && !is_found[i] && rule.need(scope) != always)
        rules_by_need[rule.need(scope)].push_back(i);
    }
    for (auto& [condition, rules] : rules_by_need) filter.needs.push_back({condition, std::move(rules)});
    if (!filter.needs.empty()) filter.is_needed = true;
  }
}

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
// Rules are chosen by an event's source and type before anything of the event is read.
#include <algorithm>
#include <map>

#include "policy/check/compare.h"
#include "policy/engine/compiled.h"

namespace doorman::policy {
namespace {

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

/// The parts of a condition that differ between the events of a process.
Ref without_process(Graph& graph, Ref whole) {
  const Node node = graph.node(whole);
  if (node.process) return always;
  if (node.kind != Node::Kind::all || is_negated(whole)) return whole;
  std::vector<Ref> left;
  for (const Ref part : graph.parts(node)) {
    if (!graph.node(part).process) left.push_back(part);
  }
  return graph.all(std::move(left));
}

void add_rule(Graph& graph, Bucket& bucket, std::uint32_t rule, Ref whole) {
  if (whole == never) return;
  if (whole == always) {
    bucket.settled.push_back(rule);
    return;
  }
  const Ref rest = without_process(graph, whole);
  if (rest != whole) bucket.asks_process = true;
  bucket.rules.push_back({rule, whole, rest});
}

void make_typed_buckets(Engine::Compiled& compiled, const std::vector<RuleRoot>& roots) {
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
        add_rule(compiled.graph, bucket, root.rule, compiled.graph.with_known(root.root, by_leaf, memo));
    }
  }
}

}  // namespace

void make_buckets(Engine::Compiled& compiled, const std::vector<RuleRoot>& roots) {
  compiled.buckets.resize(model::event_source_count);
  for (std::uint32_t i = 0; i < model::event_source_count; ++i) {
    compiled.bucket_of_source[i] = i;
    for (const RuleRoot& root : roots) {
      if (static_cast<std::uint32_t>(root.source) == i)
        add_rule(compiled.graph, compiled.buckets[i], root.rule, root.root);
    }
  }
  compiled.bucket_of_type.assign(model::event_types().size() + 1,
                                 static_cast<std::uint32_t>(model::EventSource::syscall));
  make_typed_buckets(compiled, roots);
}

}  // namespace doorman::policy

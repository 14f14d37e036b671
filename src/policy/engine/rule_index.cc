// SPDX-License-Identifier: Apache-2.0
// Many rules that differ in the text that a field must hold are found by that text, so that they cost as much as
// one.
#include <algorithm>
#include <map>
#include <optional>

#include "policy/engine/compiled.h"

namespace doorman::policy {
namespace {

/// Fewer rules are as quickly asked one by one.
constexpr std::size_t fewest_rules = 6;
/// A rule is not put under more texts than these.
constexpr std::size_t most_texts = 64;

/// A part that must be true of every event that the rule matches: one of some texts lies in an operand's value.
struct Necessary {
  std::uint32_t operand = 0;
  Where where = Where::whole;
  const Predicate* predicate = nullptr;
  model::FieldScope scope{};

  [[nodiscard]] std::pair<std::uint32_t, Where> key() const { return {operand, where}; }
};

std::optional<Where> where_of(const Predicate& predicate) {
  if (is_text_set(predicate)) return Where::whole;
  const bool one = predicate.modifier == Modifier::none && predicate.literals.size() == 1 &&
                   std::holds_alternative<std::string>(predicate.literals.front()) &&
                   !std::get<std::string>(predicate.literals.front()).empty();
  if (!one) return std::nullopt;
  switch (predicate.op) {
    case Operator::startswith:
    case Operator::bstartswith:
      return Where::front;
    case Operator::endswith:
      return Where::end;
    case Operator::contains:
    case Operator::bcontains:
      return Where::inside;
    case Operator::exists:
    case Operator::equal:
    case Operator::equal2:
    case Operator::unequal:
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
    case Operator::icontains:
    case Operator::glob:
    case Operator::iglob:
    case Operator::regex:
    case Operator::in:
    case Operator::intersects:
    case Operator::pmatch:
      break;
  }
  return std::nullopt;
}

/// How quickly it is asked. What a process decides is looked up once a process.
std::size_t speed_of(const Necessary& part) {
  const std::size_t by_place = part.where == Where::whole ? 4 : part.where == Where::inside ? 1 : 3;
  return part.scope == model::FieldScope::event ? by_place : 2 * by_place;
}

class IndexMaker {
 public:
  IndexMaker(const Graph& graph, Bucket& bucket) : graph_(graph), bucket_(bucket) {
    for (const AskedRule& rule : bucket.rules) necessary_.push_back(necessary_of(rule.whole));
    for (const auto& parts : necessary_) {
      for (const Necessary& part : parts) {
        for (const Literal& text : part.predicate->literals) ++uses_[part.key()][std::get<std::string>(text)];
      }
    }
  }

  void make() {
    std::map<Key, std::vector<std::uint32_t>> rules_by_key;
    for (std::uint32_t i = 0; i < necessary_.size(); ++i) {
      if (const Necessary* part = best_of(necessary_[i])) rules_by_key[part->key()].push_back(i);
      else bucket_.scanned.push_back(i);
    }
    for (const auto& [key, rules] : rules_by_key) {
      if (rules.size() >= fewest_rules) put_under(key, rules);
      else bucket_.scanned.insert(bucket_.scanned.end(), rules.begin(), rules.end());
    }
    std::ranges::sort(bucket_.scanned);
  }

 private:
  using Key = std::pair<std::uint32_t, Where>;

  [[nodiscard]] std::vector<Necessary> necessary_of(Ref whole) const {
    std::vector<Necessary> found;
    const auto look = [&](Ref part) {
      const Node& node = graph_.node(part);
      if (is_negated(part) || node.kind != Node::Kind::leaf) return;
      const Leaf& leaf = graph_.leaves()[node.first];
      const Predicate& predicate = *leaf.predicate;
      if (predicate.several != Several::one || predicate.left.list || predicate.right) return;
      if (node.scope == model::FieldScope::process) return;
      const auto where = where_of(predicate);
      if (where && !predicate.literals.empty() && predicate.literals.size() <= most_texts)
        found.push_back({leaf.operand, *where, &predicate, node.scope});
    };
    const Node& node = graph_.node(whole);
    if (node.kind == Node::Kind::all && !is_negated(whole)) std::ranges::for_each(graph_.parts(node), look);
    else look(whole);
    return found;
  }

  /// The part whose texts the fewest other rules want too, among those that tell rules apart at all.
  [[nodiscard]] const Necessary* best_of(const std::vector<Necessary>& parts) const {
    const Necessary* best = nullptr;
    std::size_t least = 0;
    for (const Necessary& part : parts) {
      const auto& texts = uses_.at(part.key());
      if (texts.size() < fewest_rules) continue;
      std::size_t shared = 0;
      for (const Literal& text : part.predicate->literals)
        shared = std::max(shared, texts.at(std::get<std::string>(text)));
      constexpr std::size_t fastest = 8;
      const std::size_t cost = shared * fastest / speed_of(part);
      if (best != nullptr && cost >= least) continue;
      best = &part;
      least = cost;
    }
    return best;
  }

  void put_under(const Key& key, const std::vector<std::uint32_t>& rules) {
    RuleIndex& index = bucket_.indexes.emplace_back();
    index.operand = key.first;
    index.finder = TextFinder(key.second);
    index.rules = rules;
    for (const std::uint32_t rule : rules) {
      const Necessary& part = *std::ranges::find(necessary_[rule], key, &Necessary::key);
      index.scope = part.scope;
      bucket_.rules[rule].found_by_event = part.scope == model::FieldScope::event;
      for (const Literal& text : part.predicate->literals) index.finder.add(std::get<std::string>(text), rule);
    }
    if (index.scope != model::FieldScope::event) bucket_.asks_process = true;
    index.finder.finish();
  }

  const Graph& graph_;
  Bucket& bucket_;
  std::vector<std::vector<Necessary>> necessary_;  ///< by rule of the bucket
  std::map<Key, std::map<std::string_view, std::size_t>> uses_;
};

}  // namespace

void make_indexes(const Graph& graph, Bucket& bucket) { IndexMaker(graph, bucket).make(); }

}  // namespace doorman::policy

// SPDX-License-Identifier: Apache-2.0
// Many rules that differ in the text that a field must hold are found by that text, so that they cost as much as
// one.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

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
  bool process = false;

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

/// How good an index is for each text that it tells apart: how quickly it is asked.
std::size_t weight_of(const Necessary& part) {
  const std::size_t by_place = part.where == Where::whole ? 4 : part.where == Where::inside ? 1 : 3;
  return part.process ? 2 * by_place : by_place;  // what a process decides is looked up once a process
}

class IndexMaker {
 public:
  IndexMaker(const Graph& graph, Bucket& bucket) : graph_(graph), bucket_(bucket), indexed_(bucket.rules.size()) {
    for (const AskedRule& rule : bucket.rules) necessary_.push_back(necessary_of(rule.whole));
  }

  void make() {
    while (const auto chosen = best()) put_under(*chosen);
    for (std::uint32_t i = 0; i < indexed_.size(); ++i) {
      if (!indexed_[i]) bucket_.scanned.push_back(i);
    }
  }

 private:
  [[nodiscard]] std::vector<Necessary> necessary_of(Ref whole) const {
    std::vector<Necessary> found;
    const auto look = [&](Ref part) {
      const Node& node = graph_.node(part);
      if (is_negated(part) || node.kind != Node::Kind::leaf) return;
      const Leaf& leaf = graph_.leaves()[node.first];
      const Predicate& predicate = *leaf.predicate;
      if (predicate.several != Several::one || predicate.left.list || predicate.right) return;
      const auto where = where_of(predicate);
      if (where && !predicate.literals.empty() && predicate.literals.size() <= most_texts)
        found.push_back({leaf.operand, *where, &predicate, node.process});
    };
    const Node& node = graph_.node(whole);
    if (node.kind == Node::Kind::all && !is_negated(whole)) std::ranges::for_each(graph_.parts(node), look);
    else look(whole);
    return found;
  }

  /// What tells most of the rules apart that are in no index yet.
  [[nodiscard]] std::optional<Necessary> best() const {
    struct Use {
      std::size_t rules = 0;
      std::set<std::string_view> texts;
      Necessary example;
    };
    std::map<std::pair<std::uint32_t, Where>, Use> uses;
    for (std::size_t i = 0; i < necessary_.size(); ++i) {
      if (indexed_[i]) continue;
      for (const Necessary& each : necessary_[i]) {
        Use& use = uses[each.key()];
        ++use.rules;
        use.example = each;
        for (const Literal& text : each.predicate->literals) use.texts.insert(std::get<std::string>(text));
      }
    }
    std::optional<Necessary> chosen;
    std::size_t most = 0;
    for (const auto& [key, use] : uses) {
      const std::size_t worth = use.texts.size() * weight_of(use.example);
      if (use.rules < fewest_rules || use.texts.size() < fewest_rules / 2 || worth <= most) continue;
      most = worth;
      chosen = use.example;
    }
    return chosen;
  }

  void put_under(const Necessary& chosen) {
    RuleIndex& index = bucket_.indexes.emplace_back();
    index.operand = chosen.operand;
    index.process = chosen.process;
    index.finder = TextFinder(chosen.where);
    if (chosen.process) bucket_.asks_process = true;
    for (std::uint32_t i = 0; i < necessary_.size(); ++i) {
      if (indexed_[i]) continue;
      const auto found = std::ranges::find(necessary_[i], chosen.key(), &Necessary::key);
      if (found == necessary_[i].end()) continue;
      indexed_[i] = true;
      bucket_.rules[i].found_by_event = !chosen.process;
      for (const Literal& text : found->predicate->literals) index.finder.add(std::get<std::string>(text), i);
    }
    index.finder.finish();
  }

  const Graph& graph_;
  Bucket& bucket_;
  std::vector<bool> indexed_;
  std::vector<std::vector<Necessary>> necessary_;  ///< by rule of the bucket
};

}  // namespace

void make_indexes(const Graph& graph, Bucket& bucket) { IndexMaker(graph, bucket).make(); }

}  // namespace doorman::policy

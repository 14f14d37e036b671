// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/graph.h"

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "policy/check/compare.h"
#include "policy/engine/key.h"

namespace doorman::policy {
namespace {

std::uint32_t cost_of(const Predicate& predicate) {
  if (predicate.right || predicate.modifier != Modifier::none || predicate.left.kind != Operand::Kind::field)
    return 40;
  switch (predicate.op) {
    case Operator::exists:
    case Operator::equal:
    case Operator::equal2:
    case Operator::unequal:
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
    case Operator::startswith:
    case Operator::bstartswith:
    case Operator::endswith:
      return predicate.left.type == model::FieldType::text ? 3 : 2;
    case Operator::in:
    case Operator::intersects:
      return 4;
    case Operator::contains:
    case Operator::bcontains:
      return 8;
    case Operator::icontains:
    case Operator::glob:
    case Operator::iglob:
    case Operator::pmatch:
      return 16;
    case Operator::regex:
      return 60;
  }
  return 40;
}

bool asks_for(const Operand& operand, model::FieldId id) {
  if (operand.kind == Operand::Kind::field) return operand.field.id == id;
  return std::ranges::any_of(operand.arguments, [&](const Operand& argument) { return asks_for(argument, id); });
}

model::FieldScope scope_of(const Predicate& predicate) {
  const bool is_two_sided = predicate.right && predicate.right->kind != Operand::Kind::literal;
  return is_two_sided ? model::joined(predicate.left.scope, predicate.right->scope) : predicate.left.scope;
}

/// In the one form that equal predicates have: sets as `in`, sorted.
std::shared_ptr<const Predicate> normal(const std::shared_ptr<const Predicate>& predicate) {
  if (!is_text_set(*predicate) || (predicate->op == Operator::in && predicate->literals.size() < 2))
    return predicate;
  auto made = std::make_shared<Predicate>(*predicate);
  // `=` and intersects want one of a list's values, `in` wants all.
  made->op = wants_all(*predicate) || made->several == Several::one ? Operator::in : Operator::intersects;
  made->modifier = Modifier::none;
  std::ranges::sort(made->literals);
  const auto repeated = std::ranges::unique(made->literals);
  made->literals.erase(repeated.begin(), repeated.end());
  return made;
}

}  // namespace

bool wants_all(const Predicate& predicate) {
  const bool list = predicate.several == Several::list || predicate.several == Several::plain_list;
  if (predicate.op == Operator::in) return list;
  return predicate.op == Operator::unequal && (list || predicate.several == Several::ends);
}

bool is_text_set(const Predicate& predicate) {
  using model::FieldType;
  const FieldType type = predicate.left.type;
  const bool text = type == FieldType::text || type == FieldType::path || type == FieldType::bytes;
  if (!text || predicate.right || predicate.known) return false;
  if (predicate.op == Operator::in || predicate.op == Operator::intersects)
    return predicate.modifier == Modifier::none;
  return predicate.op == Operator::equal &&
         (predicate.modifier == Modifier::none || predicate.modifier == Modifier::anyof);
}

Graph::Graph() { nodes_.emplace_back(); }

Ref Graph::add(const Checked& condition) {
  std::vector<Ref> parts;
  switch (condition.kind) {
    case Checked::Kind::no:
      return no(add(condition.parts.front()));
    case Checked::Kind::predicate:
      if (condition.predicate->known) return *condition.predicate->known ? always : never;
      return leaf(condition.predicate);
    case Checked::Kind::all:
      add_parts(condition, false, parts);
      return all(parts);
    case Checked::Kind::any:
      add_parts(condition, true, parts);
      return no(all(parts));
  }
  return never;
}

/// The parts of a condition, or of its negation, that are joined by `and`, through nested ones.
void Graph::add_parts(const Checked& condition, bool negated, std::vector<Ref>& parts) {
  if (condition.kind == Checked::Kind::no) return add_parts(condition.parts.front(), !negated, parts);
  if (condition.kind == (negated ? Checked::Kind::any : Checked::Kind::all)) {
    for (const Checked& part : condition.parts) add_parts(part, negated, parts);
    return;
  }
  parts.push_back(add(condition) ^ (negated ? 1U : 0U));
}

std::uint32_t Graph::operand(const Operand& operand) {
  const auto [place, is_new] =
      operand_index_.try_emplace(key_of(operand), static_cast<std::uint32_t>(operands_.size()));
  if (is_new) operands_.push_back(operand);
  return place->second;
}

Ref Graph::leaf(const std::shared_ptr<const Predicate>& written) {
  auto predicate = normal(written);
  const auto [place, is_new] =
      leaf_nodes_.try_emplace(key_of(*predicate), static_cast<std::uint32_t>(nodes_.size()));
  if (is_new) {
    Node node;
    node.kind = Node::Kind::leaf;
    node.scope = scope_of(*predicate);
    node.typed = asks_for(predicate->left, model::FieldId::evt_type);
    node.first = static_cast<std::uint32_t>(leaves_.size());
    node.cost = cost_of(*predicate);
    nodes_.push_back(node);
    const std::uint32_t asked = operand(predicate->left);
    leaves_.push_back({std::move(predicate), asked});
  }
  return place->second * 2;
}

const Leaf* Graph::set_leaf(Ref ref) const {
  const Node& found = node(ref);
  if (found.kind != Node::Kind::leaf) return nullptr;
  const Leaf& made = leaves_[found.first];
  return is_text_set(*made.predicate) && !wants_all(*made.predicate) ? &made : nullptr;
}

/// `not a = x and not a = y` becomes `not a in (x, y)`.
void Graph::join_sets(std::vector<Ref>& parts) {
  std::map<std::uint32_t, std::vector<std::shared_ptr<const Predicate>>> by_operand;
  for (const Ref part : parts) {
    const Leaf* set = is_negated(part) ? set_leaf(part) : nullptr;
    if (set != nullptr) by_operand[set->operand].push_back(set->predicate);
  }
  std::erase_if(by_operand, [](const auto& entry) { return entry.second.size() < 2; });
  std::erase_if(parts, [&](Ref part) {
    const Leaf* set = is_negated(part) ? set_leaf(part) : nullptr;
    return set != nullptr && by_operand.contains(set->operand);
  });
  for (const auto& [operand, sets] : by_operand) {
    auto joined = std::make_shared<Predicate>(*sets.front());
    for (const auto& more : std::span(sets).subspan(1))
      joined->literals.insert(joined->literals.end(), more->literals.begin(), more->literals.end());
    parts.push_back(no(leaf(joined)));
  }
}

Ref Graph::all(const std::vector<Ref>& given) {
  std::vector<Ref> flat;
  for (const Ref part : given) {
    const Node& found = node(part);
    if (found.kind == Node::Kind::all && !is_negated(part)) {
      const auto inner = parts(found);
      flat.insert(flat.end(), inner.begin(), inner.end());
    } else if (part != always) {
      flat.push_back(part);
    }
  }
  join_sets(flat);
  std::ranges::sort(flat);
  const auto repeated = std::ranges::unique(flat);
  flat.erase(repeated.begin(), repeated.end());
  for (std::size_t i = 0; i + 1 < flat.size(); ++i) {
    if (no(flat[i]) == flat[i + 1]) return never;
  }
  if (flat.empty()) return always;
  if (std::ranges::find(flat, never) != flat.end()) return never;
  if (flat.size() == 1) return flat.front();
  const std::uint64_t hash = base::hash64({reinterpret_cast<const char*>(flat.data()), flat.size() * sizeof(Ref)});
  std::ranges::stable_sort(flat, {}, [&](Ref part) { return node(part).cost; });
  for (auto [at, end] = all_nodes_.equal_range(hash); at != end; ++at) {
    if (std::ranges::equal(parts(nodes_[at->second]), flat)) return at->second * 2;
  }
  Node made;
  made.kind = Node::Kind::all;
  made.first = static_cast<std::uint32_t>(parts_.size());
  made.count = static_cast<std::uint32_t>(flat.size());
  for (const Ref part : flat) {
    made.scope = part == flat.front() ? node(part).scope : model::joined(made.scope, node(part).scope);
    made.typed = made.typed || node(part).typed;
    made.cost = std::min(made.cost + node(part).cost, std::uint32_t{1'000'000});
  }
  parts_.insert(parts_.end(), flat.begin(), flat.end());
  all_nodes_.emplace(hash, static_cast<std::uint32_t>(nodes_.size()));
  nodes_.push_back(made);
  return static_cast<Ref>((nodes_.size() - 1) * 2);
}

Ref Graph::with_known(Ref ref, const std::vector<Known>& known, std::unordered_map<std::uint32_t, Ref>& memo) {
  const std::uint32_t number = node_of(ref);
  const Node node = nodes_[number];  // a copy: the vector may move
  const Ref negated = is_negated(ref) ? 1U : 0U;
  if (!node.typed) return ref;
  if (node.kind == Node::Kind::leaf) {
    switch (known[node.first]) {
      case Known::yes:
        return always ^ negated;
      case Known::no:
        return never ^ negated;
      case Known::open:
        return ref;
    }
  }
  if (const auto done = memo.find(number); done != memo.end()) return done->second ^ negated;
  std::vector<Ref> left;
  left.reserve(node.count);
  for (std::uint32_t i = 0; i < node.count; ++i) {
    left.push_back(with_known(parts_[node.first + i], known, memo));
    if (left.back() == never) break;
  }
  const Ref made = all(left);
  memo.emplace(number, made);
  return made ^ negated;
}

}  // namespace doorman::policy

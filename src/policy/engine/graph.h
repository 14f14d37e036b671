// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/check/predicate.h"

namespace doorman::policy {

/// A node of the graph, or its negation: twice the node's number, and one more when negated.
using Ref = std::uint32_t;
inline constexpr Ref always = 0, never = 1;
constexpr Ref no(Ref ref) { return ref ^ 1U; }
constexpr std::uint32_t node_of(Ref ref) { return ref >> 1U; }
constexpr bool is_negated(Ref ref) { return (ref & 1U) != 0; }

struct Node {
  enum class Kind : std::uint8_t {
    truth,  ///< only node 0
    leaf,   ///< a predicate
    all,    ///< its parts, joined by `and`; `or` is the negation of an `all` of negations
  };
  Kind kind = Kind::truth;
  model::FieldScope scope = model::FieldScope::process;  ///< of all fields in it
  bool typed = false;                                    ///< something in it asks for the type of the event
  std::uint32_t first = 0;                               ///< of a leaf, which; of `all`, where its parts begin
  std::uint32_t count = 0;
  std::uint32_t cost = 0;  ///< about how long it takes, for the order of parts
};

/// A predicate and the operand that it asks for, which other predicates may share.
struct Leaf {
  std::shared_ptr<const Predicate> predicate;
  std::uint32_t operand = 0;
};

/// Conditions as one graph in which equal parts are one node. A part that is there in another order, or joined of
/// the same values of a field, is equal.
class Graph {
 public:
  Graph();

  Ref add(const Checked& condition);
  Ref all(const std::vector<Ref>& parts);

  /// What stays of a part when what leaves say is known; nothing known is left out of `known`, which is by leaf.
  /// `memo` is by node and must be used for one `known` only.
  enum class Known : std::uint8_t { no, yes, open };
  Ref with_known(Ref ref, const std::vector<Known>& known, std::unordered_map<std::uint32_t, Ref>& memo);

  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const std::vector<Leaf>& leaves() const { return leaves_; }
  [[nodiscard]] const std::vector<Operand>& operands() const { return operands_; }
  [[nodiscard]] const Node& node(Ref ref) const { return nodes_[node_of(ref)]; }
  [[nodiscard]] const Ref* all_parts() const { return parts_.data(); }
  [[nodiscard]] std::span<const Ref> parts(const Node& node) const {
    return std::span(parts_).subspan(node.first, node.count);
  }

 private:
  void add_parts(const Checked& condition, bool negated, std::vector<Ref>& parts);
  Ref leaf(const std::shared_ptr<const Predicate>& predicate);
  std::uint32_t operand(const Operand& operand);
  void join_sets(std::vector<Ref>& parts);
  [[nodiscard]] const Leaf* set_leaf(Ref ref) const;

  std::vector<Node> nodes_;
  std::vector<Ref> parts_;
  std::vector<Leaf> leaves_;
  std::vector<Operand> operands_;
  std::unordered_map<std::string, std::uint32_t> leaf_nodes_, operand_index_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> all_nodes_;
};

/// Whether the predicate asks if a text is one of some texts: what hashing answers.
bool is_text_set(const Predicate& predicate);
/// Whether of several values on the left every one must fit, or one is enough.
bool wants_all(const Predicate& predicate);

}  // namespace doorman::policy

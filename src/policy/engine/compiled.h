// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "policy/engine/engine.h"
#include "policy/engine/graph.h"
#include "policy/engine/matcher.h"
#include "policy/engine/text_finder.h"
#include "policy/engine/text_index.h"

namespace doorman::policy {

/// What a scope's fields can be one thing by themselves for many processes: what was decided by it is remembered
/// with it for the next process.
inline constexpr std::array part_scopes = {model::FieldScope::program, model::FieldScope::ancestry,
                                           model::FieldScope::place};

/// A rule's condition as it is for one kind of event.
struct AskedRule {
  std::uint32_t rule = 0;
  Ref whole = never;
  Ref rest = never;  ///< the same without the parts that a process alone decides
  /// What must hold of one scope's fields alone; of `process`, of all that is the process's, unless the other three
  /// say as much already.
  std::array<Ref, model::field_scope_count> needs{};
  bool found_by_event = false;  ///< it is in an index that is not the process's

  [[nodiscard]] Ref need(model::FieldScope scope) const { return needs[static_cast<std::size_t>(scope)]; }
};

/// Rules that can match only when a text lies in a field's value, by that text.
struct RuleIndex {
  std::uint32_t operand = 0;
  model::FieldScope scope{};  ///< the field's: `event` or one of part_scopes
  std::vector<std::uint32_t> rules;
  TextFinder finder;  ///< gives indices into Bucket::rules
};

/// Indices into Bucket::rules, one bit each.
using RuleBits = std::vector<std::uint64_t>;

/// What a scope alone rules out.
struct ScopeFilter {
  struct Need {
    Ref condition = always;
    std::vector<std::uint32_t> rules;  ///< that it must hold for
  };
  std::vector<Need> needs;
  bool is_needed = false;  ///< there is something to rule out, here or in an index
};

/// The rules for events that no rule tells apart by their type.
struct Bucket {
  std::vector<AskedRule> rules;        ///< in the rules' order
  std::vector<std::uint32_t> scanned;  ///< those in no index: indices into `rules`
  std::vector<RuleIndex> indexes;
  std::vector<std::uint32_t> settled;  ///< rules that match every event
  RuleBits candidates;                 ///< those in no index by the event
  std::array<ScopeFilter, model::field_scope_count> filters;
  bool asks_process = false;  ///< there is something that a process alone decides

  [[nodiscard]] bool is_empty() const { return rules.empty() && settled.empty(); }
  [[nodiscard]] const ScopeFilter& filter(model::FieldScope scope) const {
    return filters[static_cast<std::size_t>(scope)];
  }
};

/// A node of the graph, as it is walked.
struct Step {
  static constexpr std::uint32_t no_slot = static_cast<std::uint32_t>(-1);

  Node::Kind kind{};
  model::FieldScope scope{};
  std::uint32_t first = 0, count = 0;  ///< as the node has them
  std::uint32_t slot = no_slot;        ///< where its answer is remembered with its scope
};

/// What an engine is made of. Nothing in it changes once it is compiled.
struct Engine::Compiled {
  RuleSet set;
  std::vector<bool> asked;
  Graph graph;
  std::vector<const model::FieldUse*> fields;  ///< by operand; nullptr for one that is not just a field
  LargeMatchers large;
  std::vector<Matcher> matchers;  ///< by leaf
  std::vector<TextIndex> texts;   ///< by operand
  std::vector<Step> steps;        ///< by node
  std::array<std::uint32_t, model::field_scope_count> slots_used{};
  std::vector<Bucket> buckets;
  std::array<std::uint32_t, model::event_source_count> bucket_of_source{};
  std::vector<std::uint32_t> bucket_of_type;  ///< of system calls and the like; by EventType, `none` too
  std::size_t predicates = 0;
};

/// A rule and its condition in the graph.
struct RuleRoot {
  std::uint32_t rule = 0;
  model::EventSource source{};
  Ref root = never;
};

/// Fills the buckets of a graph that holds all rules. False when that takes more than Engine::max_rules_by_type.
bool make_buckets(Engine::Compiled& compiled, const std::vector<RuleRoot>& roots);
/// Puts the rules of a bucket into indexes, where that pays.
void make_indexes(const Graph& graph, Bucket& bucket);
/// Of a bucket with its indexes.
void make_filters(Bucket& bucket);

}  // namespace doorman::policy

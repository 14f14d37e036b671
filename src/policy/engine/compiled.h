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

/// A rule's condition as it is for one kind of event.
struct AskedRule {
  std::uint32_t rule = 0;
  Ref whole = never;
  Ref rest = never;             ///< the same without the parts that a process alone decides
  bool found_by_event = false;  ///< it is in an index that is not the process's
};

/// Rules that can match only when a text lies in a field's value, by that text.
struct RuleIndex {
  std::uint32_t operand = 0;
  bool process = false;  ///< the field is the process's
  TextFinder finder;     ///< gives indices into Bucket::rules
};

/// The rules for events that no rule tells apart by their type.
struct Bucket {
  std::vector<AskedRule> rules;        ///< in the rules' order
  std::vector<std::uint32_t> scanned;  ///< those in no index: indices into `rules`
  std::vector<RuleIndex> indexes;
  std::vector<std::uint32_t> settled;  ///< rules that match every event
  bool asks_process = false;           ///< there is something that a process alone decides

  [[nodiscard]] bool is_empty() const { return rules.empty() && settled.empty(); }
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
  static constexpr std::uint32_t no_slot = static_cast<std::uint32_t>(-1);
  std::vector<std::uint32_t> process_slots;  ///< by node: where its answer is remembered with a process, or no_slot
  std::uint32_t process_nodes = 0;
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

/// Fills the buckets of a graph that holds all rules.
void make_buckets(Engine::Compiled& compiled, const std::vector<RuleRoot>& roots);
/// Puts the rules of a bucket into indexes, where that pays.
void make_indexes(const Graph& graph, Bucket& bucket);

}  // namespace doorman::policy

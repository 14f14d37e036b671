// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <new>

#include "policy/check/compare.h"
#include "policy/engine/compiled.h"
#include "policy/engine/process_memory.h"

namespace doorman::policy {

using model::Facts;
using model::Value;

/// Everything that is asked and remembered of one event at a time, and of the processes seen.
struct Evaluator::State {
  explicit State(std::shared_ptr<const Engine> asked)
      : engine(std::move(asked)),
        compiled(*engine->compiled_),
        answers(compiled.graph.nodes().size()),
        values(compiled.graph.operands().size()),
        memory(compiled.process_nodes) {
    matches.reserve(compiled.set.rules.size());
  }

  std::span<const std::uint32_t> match(const Facts& facts);

 private:
  /// What one operand is for the current event.
  struct Read {
    Value value;
    std::uint32_t event = 0, number_event = 0;  ///< when each was read
    std::uint32_t text_number = TextIndex::absent;
  };

  void begin(const Facts& facts);
  void scan(const Bucket& bucket);
  void ask_candidates(const Bucket& bucket, std::uint32_t number);
  void find_candidates(const Bucket& bucket);
  void look_up(const Bucket& bucket, const RuleIndex& index);
  void ask(const AskedRule& rule, Ref condition) {
    if (is_true(condition)) matches.push_back(rule.rule);
  }
  template <typename Use>
  void for_indexed(const RuleIndex& index, Use use);

  bool is_true(Ref ref);
  bool decide_of_process(std::uint32_t number, const Node& node);
  bool decide(const Node& node);
  bool decide(const Matcher& matcher);
  bool may_be(Ref ref, bool truth);
  const Value& value_of(std::uint32_t operand);
  std::uint32_t number_of(std::uint32_t operand, const Value& value);

  std::shared_ptr<const Engine> engine;
  const Engine::Compiled& compiled;

  const Facts* facts_ = nullptr;
  std::uint32_t event_ = 0;  ///< counts events, so that nothing need be cleared between them
  std::uint64_t revision_ = 0;
  ProcessMemory::Answers process_{{}};
  bool knows_process_ = false;         ///< whether process_ is of the event's process
  std::vector<std::uint32_t> answers;  ///< by node: the event, shifted, and the answer
  std::vector<Read> values;            ///< by operand
  // The same and what is the engine's, as the checks of indexes that the graph itself holds were a tenth of the
  // time.
  const Node* nodes_ = compiled.graph.nodes().data();
  const Ref* parts_ = compiled.graph.all_parts();
  const Matcher* matchers_ = compiled.matchers.data();
  const model::FieldUse* const* fields_ = compiled.fields.data();
  std::uint32_t* answers_ = answers.data();
  Read* values_ = values.data();
  ProcessMemory memory;
  base::Arena scratch;
  std::vector<std::uint32_t> matches, candidates;

  friend class Evaluator;
};

void Evaluator::State::begin(const Facts& facts) {
  constexpr std::uint32_t last = 0x7FFF'FFFF;
  facts_ = &facts;
  if (event_ == last) {
    std::ranges::fill(answers, 0U);
    for (Read& read : values) read.event = read.number_event = 0;
    event_ = 0;
  }
  ++event_;
  scratch.clear();
  revision_ = facts.process_revision();
  knows_process_ = false;
}

std::span<const std::uint32_t> Evaluator::State::match(const Facts& facts) {
  const auto source = facts.source();
  const std::uint32_t number = source == model::EventSource::syscall
                                   ? compiled.bucket_of_type[static_cast<std::size_t>(facts.event_type())]
                                   : compiled.bucket_of_source[static_cast<std::size_t>(source)];
  const Bucket& bucket = compiled.buckets[number];
  if (bucket.is_empty()) return {};
  begin(facts);
  matches.assign(bucket.settled.begin(), bucket.settled.end());
  if (revision_ != 0 && bucket.asks_process) ask_candidates(bucket, number);
  else scan(bucket);
  for (const RuleIndex& index : bucket.indexes) {
    if (!index.process || revision_ == 0) look_up(bucket, index);
  }
  if (matches.size() > 1) {
    std::ranges::sort(matches);
    const auto repeated = std::ranges::unique(matches);
    matches.erase(repeated.begin(), repeated.end());
  }
  return matches;
}

void Evaluator::State::scan(const Bucket& bucket) {
  for (const std::uint32_t each : bucket.scanned) ask(bucket.rules[each], bucket.rules[each].whole);
}

/// Calls `use` with each rule that the index finds in the field's text, perhaps more than once.
template <typename Use>
void Evaluator::State::for_indexed(const RuleIndex& index, Use use) {
  const Value& value = value_of(index.operand);
  if (value.kind() == Value::Kind::text) index.finder.search(value.text(), use);
}

void Evaluator::State::look_up(const Bucket& bucket, const RuleIndex& index) {
  for_indexed(index, [&](std::uint32_t rule) { ask(bucket.rules[rule], bucket.rules[rule].whole); });
}

void Evaluator::State::ask_candidates(const Bucket& bucket, std::uint32_t number) {
  auto found = memory.candidates(revision_, number);
  if (!found) {
    find_candidates(bucket);
    memory.remember(revision_, number, candidates);
    found = candidates;
  }
  for (const std::uint32_t each : *found) ask(bucket.rules[each], bucket.rules[each].rest);
}

void Evaluator::State::find_candidates(const Bucket& bucket) {
  candidates.clear();
  const auto consider = [&](std::uint32_t rule) {
    if (may_be(bucket.rules[rule].whole, true)) candidates.push_back(rule);
  };
  for (const std::uint32_t rule : bucket.scanned) consider(rule);
  for (const RuleIndex& index : bucket.indexes) {
    if (index.process) for_indexed(index, consider);
  }
  std::ranges::sort(candidates);
  const auto repeated = std::ranges::unique(candidates);
  candidates.erase(repeated.begin(), repeated.end());
}

/// Whether the process alone leaves it open that the part is so, or decides that it is.
bool Evaluator::State::may_be(Ref ref, bool truth) {
  const Node& node = compiled.graph.node(ref);
  if (node.process) return is_true(ref) == truth;
  if (node.kind != Node::Kind::all) return true;
  const bool all = truth != is_negated(ref);
  const auto part_may_be = [&](Ref part) { return may_be(part, all); };
  const auto parts = compiled.graph.parts(node);
  return all ? std::ranges::all_of(parts, part_may_be) : std::ranges::any_of(parts, part_may_be);
}

bool Evaluator::State::is_true(Ref ref) {
  const std::uint32_t number = node_of(ref);
  const Node& node = nodes_[number];
  std::uint32_t& answer = answers_[number];
  if (answer >> 1U == event_) return ((answer & 1U) != 0) != is_negated(ref);
  const bool truth = node.process && revision_ != 0 ? decide_of_process(number, node) : decide(node);
  answer = event_ << 1U | (truth ? 1U : 0U);
  return truth != is_negated(ref);
}

/// By what is remembered of the process, if that part is.
bool Evaluator::State::decide_of_process(std::uint32_t number, const Node& node) {
  const std::uint32_t slot = compiled.process_slots[number];
  if (slot == Engine::Compiled::no_slot) return decide(node);
  if (!knows_process_) {
    process_ = memory.of(revision_);
    knows_process_ = true;
  }
  if (process_.known(slot)) return process_.truth(slot);
  const bool truth = decide(node);
  process_.remember(slot, truth);
  return truth;
}

bool Evaluator::State::decide(const Node& node) {
  switch (node.kind) {
    case Node::Kind::truth:
      return true;
    case Node::Kind::leaf:
      return decide(matchers_[node.first]);
    case Node::Kind::all:
      break;
  }
  const Ref* const parts = parts_ + node.first;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    if (!is_true(parts[i])) return false;
  }
  return true;
}

bool Evaluator::State::decide(const Matcher& matcher) {
  const Value& value = value_of(matcher.operand);
  if (!value.exists() || matcher.kind == Matcher::Kind::exists) return value.exists();
  if (matcher.kind == Matcher::Kind::plainly) return holds(*matcher.predicate, value, *facts_, scratch);
  if (value.kind() != Value::Kind::list) {
    const std::uint32_t number = matcher.is_hashed() ? number_of(matcher.operand, value) : TextIndex::absent;
    return holds_for(matcher, compiled.large, value, number);
  }
  const TextIndex& texts = compiled.texts[matcher.operand];
  const auto fits = [&](const Value& each) {
    const bool hashed = matcher.is_hashed() && each.kind() == Value::Kind::text;
    return holds_for(matcher, compiled.large, each, hashed ? texts.find(each.text()) : TextIndex::absent);
  };
  return matcher.all_values ? std::ranges::all_of(value.list(), fits) : std::ranges::any_of(value.list(), fits);
}

const Value& Evaluator::State::value_of(std::uint32_t operand) {
  Read& read = values_[operand];
  if (read.event != event_) {
    read.event = event_;
    const model::FieldUse* field = fields_[operand];
    // Made in its place: copying what was just written would wait for it.
    if (field != nullptr) ::new (&read.value) Value(facts_->read(*field, scratch));
    else read.value = policy::read(compiled.graph.operands()[operand], *facts_, scratch);
  }
  return read.value;
}

/// The number of an operand's one value among the texts that it is compared with.
std::uint32_t Evaluator::State::number_of(std::uint32_t operand, const Value& value) {
  Read& read = values_[operand];
  if (read.number_event != event_) {
    read.number_event = event_;
    read.text_number =
        value.kind() == Value::Kind::text ? compiled.texts[operand].find(value.text()) : TextIndex::absent;
  }
  return read.text_number;
}

Evaluator::Evaluator(std::shared_ptr<const Engine> engine) : state_(std::make_unique<State>(std::move(engine))) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

std::span<const std::uint32_t> Evaluator::match(const Facts& facts) { return state_->match(facts); }
const Engine& Evaluator::engine() const { return *state_->engine; }

}  // namespace doorman::policy

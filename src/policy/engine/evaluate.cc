// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <new>

#include "policy/check/compare.h"
#include "policy/engine/compiled.h"
#include "policy/engine/process_memory.h"

namespace doorman::policy {

using model::Facts;
using model::FieldScope;
using model::Value;

/// Everything that is asked and remembered of one event at a time, and of the processes seen.
struct Evaluator::State {
  explicit State(std::shared_ptr<const Engine> asked)
      : engine(std::move(asked)),
        compiled(*engine->compiled_),
        answers(compiled.graph.nodes().size()),
        values(compiled.graph.operands().size()) {
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

  /// Rules about images remember nothing of processes: no memory is made for them.
  [[nodiscard]] bool asks_processes() const {
    return std::ranges::any_of(compiled.buckets, [](const Bucket& bucket) { return bucket.asks_process; });
  }
  void make_memories();
  void begin(const Facts& facts);
  void scan(const Bucket& bucket);
  void ask_candidates(const Bucket& bucket, std::uint32_t number);
  void find_candidates(const Bucket& bucket, std::uint32_t number);
  void keep_possible(const Bucket& bucket, std::uint32_t number, FieldScope scope);
  void rule_out(const Bucket& bucket, FieldScope scope);
  void look_up(const Bucket& bucket, const RuleIndex& index);
  void ask(const AskedRule& rule, Ref condition) {
    if (is_true(condition)) matches.push_back(rule.rule);
  }
  template <typename Use>
  void for_indexed(const RuleIndex& index, Use use);

  bool is_true(Ref ref);
  bool remembered(const Step& step);
  bool decide(const Step& step);
  bool decide(const Matcher& matcher);
  const Value& value_of(std::uint32_t operand);
  std::uint32_t number_of(std::uint32_t operand, const Value& value);

  std::shared_ptr<const Engine> engine;
  const Engine::Compiled& compiled;

  const Facts* facts_ = nullptr;
  std::uint32_t event_ = 0;  ///< counts events, so that nothing need be cleared between them
  model::Revisions revisions_;
  std::vector<AnswerMemory::Answers> remembered_ = std::vector<AnswerMemory::Answers>(model::field_scope_count);
  std::uint8_t remembered_scopes_ = 0;  ///< a bit each: remembered_ is of the event's process
  std::vector<std::uint32_t> answers;   ///< by node: the event, shifted, and the answer
  std::vector<Read> values;             ///< by operand
  // The same and what is the engine's, as the checks of indexes that the graph itself holds were a tenth of the
  // time.
  const Step* steps_ = compiled.steps.data();
  const Ref* parts_ = compiled.graph.all_parts();
  const Matcher* matchers_ = compiled.matchers.data();
  const model::FieldUse* const* fields_ = compiled.fields.data();
  std::uint32_t* answers_ = answers.data();
  Read* values_ = values.data();
  const std::uint64_t* revision_of_ = revisions_.numbers.data();
  AnswerMemory::Answers* remembered_of_ = remembered_.data();
  static constexpr std::size_t places_of_processes = 32'768, places_of_a_scope = 16'384;
  // Empty until there is a process to remember: their room takes longer to make than rules of a container to ask.
  std::vector<AnswerMemory> memories;               ///< by scope
  std::vector<ListMemory<std::uint64_t>> possible;  ///< by scope: RuleBits
  ListMemory<std::uint32_t> candidates_of_process{1};
  base::Arena scratch;
  std::vector<std::uint32_t> matches, candidates;
  RuleBits bits, scope_bits;

  friend class Evaluator;
};

void Evaluator::State::make_memories() {
  for (const std::uint32_t slots : compiled.slots_used) memories.emplace_back(slots);
  candidates_of_process = ListMemory<std::uint32_t>(asks_processes() ? places_of_processes : 1);
  for (std::size_t i = 0; i < model::field_scope_count; ++i)
    possible.emplace_back(asks_processes() ? places_of_a_scope : 1);
}

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
  revisions_ = facts.revisions();
  if (memories.empty() && revisions_ != model::Revisions()) make_memories();
  remembered_scopes_ = 0;
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
  const bool is_process_known = revisions_.of(FieldScope::process) != 0;
  if (is_process_known && bucket.asks_process) ask_candidates(bucket, number);
  else scan(bucket);
  for (const RuleIndex& index : bucket.indexes) {
    if (index.scope == FieldScope::event || !is_process_known) look_up(bucket, index);
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
  const std::uint64_t process = revisions_.of(FieldScope::process);
  auto found = candidates_of_process.find(process, number);
  if (!found) {
    find_candidates(bucket, number);
    candidates_of_process.remember(process, number, candidates);
    found = candidates;
  }
  for (const std::uint32_t each : *found) ask(bucket.rules[each], bucket.rules[each].rest);
}

/// The rules that the process leaves open. Most of it was found out when another ran the same program, had the same
/// ancestors, or lived in the same container.
void Evaluator::State::find_candidates(const Bucket& bucket, std::uint32_t number) {
  bits = bucket.candidates;
  for (const FieldScope scope : part_scopes) {
    if (bucket.filter(scope).is_needed) keep_possible(bucket, number, scope);
  }
  candidates.clear();
  for (std::uint32_t i = 0; i < bits.size(); ++i) {
    for (std::uint64_t left = bits[i]; left != 0; left &= left - 1) {
      const std::uint32_t rule = i * 64 + static_cast<std::uint32_t>(std::countr_zero(left));
      if (is_true(bucket.rules[rule].need(FieldScope::process))) candidates.push_back(rule);
    }
  }
}

/// Takes those out of `bits` that a scope alone rules out.
void Evaluator::State::keep_possible(const Bucket& bucket, std::uint32_t number, FieldScope scope) {
  auto& memory = possible[static_cast<std::size_t>(scope)];
  const std::uint64_t revision = revisions_.of(scope);
  auto found = revision == 0 ? std::nullopt : memory.find(revision, number);
  if (!found) {
    rule_out(bucket, scope);
    if (revision != 0) memory.remember(revision, number, scope_bits);
    found = scope_bits;
  }
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] &= (*found)[i];
}

void Evaluator::State::rule_out(const Bucket& bucket, FieldScope scope) {
  scope_bits = bucket.candidates;
  const auto set = [&](std::uint32_t rule, bool truth) {
    const std::uint64_t bit = std::uint64_t{1} << (rule % 64);
    scope_bits[rule / 64] = truth ? scope_bits[rule / 64] | bit : scope_bits[rule / 64] & ~bit;
  };
  for (const ScopeFilter::Need& need : bucket.filter(scope).needs) {
    if (is_true(need.condition)) continue;
    for (const std::uint32_t rule : need.rules) set(rule, false);
  }
  for (const RuleIndex& index : bucket.indexes) {
    if (index.scope != scope) continue;
    for (const std::uint32_t rule : index.rules) set(rule, false);
    for_indexed(index, [&](std::uint32_t rule) { set(rule, is_true(bucket.rules[rule].need(scope))); });
  }
}

bool Evaluator::State::is_true(Ref ref) {
  const std::uint32_t number = node_of(ref);
  const Step& step = steps_[number];
  std::uint32_t& answer = answers_[number];
  if (answer >> 1U == event_) return ((answer & 1U) != 0) != is_negated(ref);
  const bool is_kept = revision_of_[static_cast<std::size_t>(step.scope)] != 0 && step.slot != Step::no_slot;
  const bool truth = is_kept ? remembered(step) : decide(step);
  answer = event_ << 1U | (truth ? 1U : 0U);
  return truth != is_negated(ref);
}

/// By what is remembered with its scope.
bool Evaluator::State::remembered(const Step& step) {
  const auto scope = static_cast<std::size_t>(step.scope);
  AnswerMemory::Answers& own = remembered_of_[scope];
  if ((remembered_scopes_ >> scope & 1U) == 0) {
    own = memories[scope].of(revision_of_[scope]);
    remembered_scopes_ = static_cast<std::uint8_t>(remembered_scopes_ | 1U << scope);
  }
  if (own.known(step.slot)) return own.truth(step.slot);
  const bool truth = decide(step);
  own.remember(step.slot, truth);
  return truth;
}

bool Evaluator::State::decide(const Step& step) {
  switch (step.kind) {
    case Node::Kind::truth:
      return true;
    case Node::Kind::leaf:
      return decide(matchers_[step.first]);
    case Node::Kind::all:
      break;
  }
  const Ref* const parts = parts_ + step.first;
  for (std::uint32_t i = 0; i < step.count; ++i) {
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

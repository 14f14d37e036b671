// SPDX-License-Identifier: Apache-2.0
#include "policy/lower/lower.h"

#include <algorithm>
#include <map>
#include <set>

#include "policy/engine/event_types.h"
#include "policy/lower/paths.h"
#include "policy/output.h"

namespace doorman::policy {
namespace {

using model::EventNeed;

/// One way in which an event of a type can make a part of a condition true.
struct Way {
  EventNeed need;
  PathSet paths;

  [[nodiscard]] bool possible() const { return need.successes || need.failures; }

  [[nodiscard]] Way both(const Way& other) const {
    Way way = *this;
    const EventNeed& more = other.need;
    way.need.reads &= more.reads;
    way.need.writes &= more.writes;
    way.need.successes &= more.successes;
    way.need.failures &= more.failures;
    way.need.truncates |= more.truncates;
    way.need.in_container |= more.in_container;
    way.need.climbs |= more.climbs;
    way.paths = paths.narrower(other.paths);
    return way;
  }

  /// One that holds whatever one of the two does.
  [[nodiscard]] Way either(const Way& other) const {
    Way way = *this;
    const EventNeed& more = other.need;
    way.need.reads |= more.reads;
    way.need.writes |= more.writes;
    way.need.successes |= more.successes;
    way.need.failures |= more.failures;
    way.need.truncates &= more.truncates;
    way.need.in_container &= more.in_container;
    way.need.climbs &= more.climbs;
    way.paths = paths.joined(other.paths);
    return way;
  }
};

/// Ways, none of which is another but for its paths.
using Ways = std::vector<Way>;
constexpr std::size_t most_ways = 16;  // of one type; what is more is put together

void add(Ways& ways, const Way& way) {
  if (!way.possible()) return;
  const auto same = std::ranges::find_if(
      ways, [&](const Way& each) { return each.need == way.need && each.paths.any == way.paths.any; });
  if (same != ways.end()) same->paths = same->paths.joined(way.paths);
  else if (ways.size() < most_ways) ways.push_back(way);
  else ways.back() = ways.back().either(way);
}

Ways both(const Ways& left, const Ways& right) {
  Ways ways;
  for (const Way& one : left) {
    for (const Way& other : right) add(ways, one.both(other));
  }
  return ways;
}

bool is_field(const Condition& check, std::string_view name) {
  return check.left.kind == Term::Kind::field && check.left.text == name && check.modifier == Modifier::none;
}

bool is_equal(Operator op) { return op == Operator::equal || op == Operator::equal2; }

/// The literals on the right: one, or those of a list; empty when there is something else.
std::vector<std::string_view> literals(const Condition& check) {
  std::vector<std::string_view> texts;
  if (check.right.kind == Term::Kind::literal) texts.emplace_back(check.right.text);
  if (check.right.kind != Term::Kind::list) return texts;
  for (const Term& item : check.right.items) {
    if (item.kind != Term::Kind::literal) return {};
    texts.emplace_back(item.text);
  }
  return texts;
}

bool says_true(const Condition& check, std::string_view field) {
  return is_field(check, field) && is_equal(check.op) && check.right.kind == Term::Kind::literal &&
         (check.right.text == "true" || check.right.text == "1");
}

/// A number on the left that is not negative, or never anything else.
enum class Sign : std::uint8_t { unknown, natural, negative };
Sign sign_of(const Condition& check) {
  const auto texts = literals(check);
  if (texts.empty()) return Sign::unknown;
  const bool below = std::ranges::all_of(texts, [](std::string_view text) { return text.starts_with('-'); });
  const bool above = std::ranges::none_of(texts, [](std::string_view text) { return text.starts_with('-'); });
  const bool is_one_of = is_equal(check.op) || check.op == Operator::in;
  if (above && (is_one_of || check.op == Operator::greater_equal || check.op == Operator::greater)) {
    return Sign::natural;
  }
  if (is_one_of && below) return Sign::negative;
  return check.op == Operator::less && texts.front() == "0" ? Sign::negative : Sign::unknown;
}

bool opens(std::size_t type) {
  using model::EventType;
  const auto event = static_cast<EventType>(type);
  return event == EventType::open || event == EventType::openat || event == EventType::openat2 ||
         event == EventType::creat || event == EventType::open_by_handle_at;
}

/// What the check says of whether the call succeeded. Of others than opens fd.num says nothing: there the
/// descriptor is given.
Sign outcome_of(const Condition& check, std::size_t type) {
  if (is_field(check, "evt.rawres") || (is_field(check, "fd.num") && opens(type))) return sign_of(check);
  const auto texts = literals(check);
  if (texts.size() != 1) return Sign::unknown;
  if (is_field(check, "evt.failed") && is_equal(check.op)) {
    if (texts[0] == "true") return Sign::negative;
    if (texts[0] == "false") return Sign::natural;
  }
  if (!is_field(check, "evt.res")) return Sign::unknown;
  if (is_equal(check.op) && texts[0] == "SUCCESS") return Sign::natural;
  return check.op == Operator::startswith && texts[0].starts_with('E') ? Sign::negative : Sign::unknown;
}

bool says_it_climbs(const Condition& check) {
  if (!is_field(check, "fd.nameraw") && !is_field(check, "fs.path.nameraw")) return false;
  const bool looks_inside = check.op == Operator::contains || check.op == Operator::endswith;
  return looks_inside && check.right.kind == Term::Kind::literal &&
         check.right.text.find("..") != std::string::npos;
}

bool says_it_truncates(const Condition& check) {
  return check.op == Operator::contains && check.right.kind == Term::Kind::literal &&
         check.right.text == "O_TRUNC" && check.left.kind == Term::Kind::field &&
         check.modifier == Modifier::none &&
         (check.left.text == "evt.arg.flags" || (check.left.text == "evt.arg" && check.left.argument == "flags"));
}

/// `container.id != host`, or the same denied.
bool says_in_container(const Condition& check, bool negated) {
  const bool wants_other = negated ? is_equal(check.op) : check.op == Operator::unequal;
  return wants_other && is_field(check, "container.id") && check.right.kind == Term::Kind::literal &&
         check.right.text == "host";
}

Way way_of_check(const Condition& check, std::size_t type, bool negated) {
  Way way;
  way.need.in_container = says_in_container(check, negated);
  if (negated) return way;
  way.paths = paths_of(check);
  if (says_true(check, "evt.is_open_read")) way.need.writes = false;
  if (says_true(check, "evt.is_open_write")) way.need.reads = false;
  const Sign outcome = outcome_of(check, type);
  if (outcome == Sign::natural) way.need.failures = false;
  if (outcome == Sign::negative) way.need.successes = false;
  way.need.truncates = opens(type) && says_it_truncates(check);
  way.need.climbs = says_it_climbs(check);
  return way;
}

Ways ways_of(const Condition& condition, std::size_t type, bool negated) {
  switch (condition.kind) {
    case Condition::Kind::no:
      return ways_of(condition.parts.front(), type, !negated);
    case Condition::Kind::all:
    case Condition::Kind::any: {
      const bool meet = (condition.kind == Condition::Kind::all) != negated;
      Ways ways;
      if (meet) ways.emplace_back();
      for (const Condition& part : condition.parts) {
        const Ways more = ways_of(part, type, negated);
        if (meet) ways = both(ways, more);
        else
          for (const Way& way : more) add(ways, way);
      }
      return ways;
    }
    case Condition::Kind::check: {
      if (!event_types_of(condition, negated).test(type)) return {};
      return {way_of_check(condition, type, negated)};
    }
    case Condition::Kind::name:
      break;
  }
  return {Way()};
}

/// Whether whatever `narrow` lets through, `wide` does too, so that it may go. One that names paths stays beside
/// one that does not: which paths are named is worth knowing.
bool holds(const Way& wide, const Way& narrow) {
  const EventNeed &w = wide.need, &n = narrow.need;
  const bool looser = w.reads >= n.reads && w.writes >= n.writes && w.successes >= n.successes &&
                      w.failures >= n.failures && w.truncates <= n.truncates && w.in_container <= n.in_container &&
                      w.climbs <= n.climbs;
  return looser && wide.paths == narrow.paths;
}

Ways without_needless(const Ways& ways) {
  Ways kept;
  for (std::size_t i = 0; i < ways.size(); ++i) {
    bool needless = false;
    for (std::size_t j = 0; j < ways.size(); ++j) {
      needless |= i != j && holds(ways[j], ways[i]) && (j < i || !holds(ways[i], ways[j]));
    }
    if (!needless) kept.push_back(ways[i]);
  }
  return kept;
}

using Fields = std::set<model::FieldId>;

void add_fields(const Term& term, Fields& fields) {
  if (term.kind == Term::Kind::field) {
    if (const model::Field* field = model::find_field(term.text)) fields.insert(field->id);
  }
  for (const Term& item : term.items) add_fields(item, fields);
}

void add_fields(const Condition& condition, Fields& fields) {
  for (const Condition& part : condition.parts) add_fields(part, fields);
  add_fields(condition.left, fields);
  add_fields(condition.right, fields);
}

EventNeed to_event_need(std::size_t type, Way way) {
  EventNeed need = std::move(way.need);
  need.type = static_cast<model::EventType>(type);
  need.any_path = way.paths.any;
  need.paths = std::move(way.paths.exact);
  need.prefixes = std::move(way.paths.prefixes);
  need.folders = std::move(way.paths.folders);
  need.endings = std::move(way.paths.endings);
  return need;
}

}  // namespace

model::KernelNeeds lower(const RuleSet& rules) {
  std::map<std::size_t, Ways> needs;
  Fields fields;
  for (const Rule& rule : rules.rules) {
    if (!rule.enabled || rule.source != model::EventSource::syscall) continue;
    const EventTypes types = event_types_of(rule.condition);
    for (std::size_t type = 1; type < max_event_types; ++type) {
      if (!types.test(type)) continue;
      for (const Way& way : ways_of(rule.condition, type, false)) add(needs[type], way);
    }
    add_fields(rule.condition, fields);
    const auto output = OutputFormat::parse(rule.output, rule.source);
    if (const auto* format = std::get_if<OutputFormat>(&output)) {
      for (const model::FieldId field : format->fields()) fields.insert(field);
    }
  }
  model::KernelNeeds all;
  for (const auto& [type, ways] : needs) {
    for (const Way& way : without_needless(ways)) all.events.push_back(to_event_need(type, way));
  }
  all.fields.assign(fields.begin(), fields.end());
  return all;
}

}  // namespace doorman::policy

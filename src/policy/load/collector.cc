// SPDX-License-Identifier: Apache-2.0
// What becomes of several items of one name is as in falcosecurity/falco
// userspace/engine/rule_loader_collector.cpp.
#include "policy/load/collector.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "policy/load/exceptions.h"

namespace doorman::policy {
namespace {

template <typename T>
void overwrite(std::optional<T>& old, std::optional<T>& with) {
  if (with) old = std::move(with);
}

void join(std::optional<std::string>& old, const std::optional<std::string>& more) {
  if (more && !more->empty()) old = old.value_or("") + " " + *more;
}

}  // namespace

std::optional<EngineVersion> EngineVersion::parse(std::string_view text) {
  const auto numbers = base::split(text, '.');
  std::vector<std::uint32_t> read;
  for (const std::string_view number : numbers) {
    const auto value = base::to_number(number);
    if (!value || *value > 0xffffffffU) return std::nullopt;
    read.push_back(static_cast<std::uint32_t>(*value));
  }
  if (read.size() == 1) return EngineVersion{our_engine_version.major, read[0], our_engine_version.patch};
  if (read.size() != 3) return std::nullopt;
  return EngineVersion{read[0], read[1], read[2]};
}

std::string to_text(const EngineVersion& version) {
  return fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

std::optional<model::EventSource> known_source(std::string_view text) {
  for (std::size_t i = 0; i < model::event_source_count; ++i) {
    const auto source = static_cast<model::EventSource>(i);
    if (model::to_text(source) == text) return source;
  }
  return std::nullopt;
}

bool Collector::room_for_one_more(const Places& places) {
  if (++items_ <= LoadLimits::items) return true;
  if (items_ == LoadLimits::items + 1)
    report_.error(code::limit, fmt::format("more than {} rules, macros and lists", LoadLimits::items), places);
  return false;
}

void Collector::require(const EngineVersion& version, const Places& places) {
  if (version.major != our_engine_version.major || version > our_engine_version) {
    report_.error(code::validate,
                  fmt::format("Rules require engine version {}, but engine version is {}", to_text(version),
                              to_text(our_engine_version)),
                  places);
    return;
  }
  required_engine_version = std::max(required_engine_version.value_or(version), version);
}

/// The rule of that name, if the item may bear on it; nullptr after an error, `otherwise` when there is none.
RuleItem* Collector::find_rule(const RuleItem& item, std::string_view otherwise) {
  const auto found = rule_index_.find(item.name);
  if (found == rule_index_.end()) {
    if (!otherwise.empty() && !broken_rules_.contains(item.name))
      report_.error(code::validate, std::string(otherwise), item.places);
    return nullptr;
  }
  RuleItem& rule = rules[found->second];
  if (rule.source.empty() || item.source.empty() || rule.source == item.source) return &rule;
  report_.error(code::validate, "Rule has been re-defined with a different source", item.places,
                fmt::format("it is defined with source {} before", rule.source));
  return nullptr;
}

void Collector::keep_sound(RuleItem& item, const std::optional<model::EventSource>& source) {
  if (!item.exceptions) return;
  std::erase_if(*item.exceptions, [&](ExceptionItem& exception) {
    if (exception.fields.given()) return !check_exception(exception, source, report_);
    report_.error(code::validate, "Rule exception item must have fields property with a list of fields",
                  exception.places);
    return true;
  });
}

void Collector::define(RuleItem item) {
  const bool is_new = !rule_index_.contains(item.name);
  RuleItem* old = find_rule(item, "");
  if (old == nullptr && !is_new) return;
  const auto source = known_source(item.source);
  if (!source)
    report_.warning(code::unknown_source, fmt::format("Unknown source {}, skipping", item.source), item.places);
  keep_sound(item, source);
  if (old != nullptr) {
    *old = std::move(item);
    return;
  }
  rule_index_.emplace(item.name, rules.size());
  rules.push_back(std::move(item));
}

void Collector::append_exception(RuleItem& rule, ExceptionItem exception) {
  if (!rule.exceptions) rule.exceptions.emplace();
  const auto old = std::ranges::find(*rule.exceptions, exception.name, &ExceptionItem::name);
  if (old != rule.exceptions->end()) {
    if (exception.fields.given())
      report_.error(code::validate, "Can not append exception fields to existing exception, only values",
                    exception.places);
    else if (exception.comps.given())
      report_.error(code::validate, "Can not append exception comps to existing exception, only values",
                    exception.places);
    else std::ranges::move(exception.values, std::back_inserter(old->values));
    return;
  }
  if (rule.exceptions->size() == LoadLimits::exceptions) {
    report_.error(code::limit, fmt::format("more than {} exceptions of one rule", LoadLimits::exceptions),
                  exception.places);
  } else if (!exception.fields.given()) {
    report_.error(code::validate, "Rule exception must have fields property with a list of fields",
                  exception.places);
  } else if (exception.values.empty()) {
    report_.error(code::validate, "Rule exception must have values property with a list of values",
                  exception.places);
  } else {
    const bool sound = check_exception(exception, known_source(rule.source), report_);
    if (sound) rule.exceptions->push_back(std::move(exception));
  }
}

void Collector::append(RuleItem item) {
  RuleItem* const rule =
      find_rule(item, "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists");
  if (rule == nullptr) return;
  if (!item.condition && !item.output && !item.description && !item.tags && !item.exceptions) {
    report_.error(code::validate, "Appended rule must have exceptions or condition property", item.places);
    return;
  }
  if (item.condition) rule->condition->append(*item.condition);
  if (item.output) rule->output->append(*item.output);
  join(rule->description, item.description);
  if (item.tags) {
    if (!rule->tags) rule->tags.emplace();
    std::ranges::move(*item.tags, std::back_inserter(*rule->tags));
  }
  if (item.exceptions) {
    for (ExceptionItem& exception : *item.exceptions) append_exception(*rule, std::move(exception));
  }
}

void Collector::replace(RuleItem item) {
  RuleItem* const rule = find_rule(
      item, "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists");
  if (rule == nullptr) return;
  if (item.condition) rule->condition_places = item.condition_places;
  if (item.output) rule->output_places = item.output_places;
  keep_sound(item, known_source(rule->source));
  overwrite(rule->condition, item.condition);
  overwrite(rule->output, item.output);
  overwrite(rule->description, item.description);
  overwrite(rule->tags, item.tags);
  overwrite(rule->exceptions, item.exceptions);
  overwrite(rule->priority, item.priority);
  overwrite(rule->enabled, item.enabled);
  overwrite(rule->capture, item.capture);
  overwrite(rule->capture_duration, item.capture_duration);
  overwrite(rule->warn_event_types, item.warn_event_types);
  overwrite(rule->skip_unknown, item.skip_unknown);
  overwrite(rule->action, item.action);
  overwrite(rule->throttle, item.throttle);
  overwrite(rule->on_error, item.on_error);
  overwrite(rule->remediation, item.remediation);
  overwrite(rule->reference, item.reference);
}

void Collector::enable(const RuleItem& item) {
  const auto found = rule_index_.find(item.name);
  if (found != rule_index_.end()) {
    rules[found->second].enabled = item.enabled;
    return;
  }
  if (broken_rules_.contains(item.name)) return;
  report_.error(code::validate, "Rule has 'enabled' key but no rule by that name already exists", item.places);
}

void Collector::take(MacroItem item, bool append) {
  const std::size_t now = next_index_++;
  const auto found = macro_index_.find(item.name);
  if (append && found == macro_index_.end()) {
    if (!broken_macros_.contains(item.name))
      report_.error(code::validate,
                    "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists",
                    item.places);
    broken_macro(item.name);
    return;
  }
  item.visible = now;
  if (append) {
    macros[found->second].condition.append(item.condition);
    macros[found->second].visible = now;
  } else if (found != macro_index_.end()) {
    item.index = macros[found->second].index;
    macros[found->second] = std::move(item);
  } else {
    item.index = now;
    macro_index_.emplace(item.name, macros.size());
    macros.push_back(std::move(item));
  }
}

void Collector::take(ListItem item, bool append) {
  const auto found = list_index_.find(item.name);
  if (append && found == list_index_.end()) {
    if (!broken_lists_.contains(item.name))
      report_.error(code::validate,
                    "List uses 'append' or 'override.items: append' but no list by that name already exists",
                    item.places);
    return;
  }
  if (append) {
    std::ranges::move(item.values, std::back_inserter(lists[found->second].values));
  } else if (found != list_index_.end()) {
    lists[found->second] = std::move(item);
  } else {
    list_index_.emplace(item.name, lists.size());
    lists.push_back(std::move(item));
  }
}

}  // namespace doorman::policy

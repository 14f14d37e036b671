// SPDX-License-Identifier: Apache-2.0
#include "policy/load/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policy/load/exceptions.h"
#include "policy/load/places.h"
#include "policy/load/reader.h"
#include "policy/load/resolver.h"
#include "policy/output.h"

namespace doorman::policy {
namespace {

/// Fields that Falco still knows, but that tell nothing any more, and what to say of them in a condition.
struct DeprecatedField {
  std::string_view name, why;
};
constexpr std::string_view no_enter_events = "field is not available due to the drop of enter events.";
constexpr std::array<DeprecatedField, 6> deprecated_fields = {{
    {"evt.dir",
     "due to the drop of enter events, 'evt.dir = <' always evaluates to true, and 'evt.dir = >' always evaluates "
     "to "
     "false. The rule expression can be simplified by removing the condition on 'evt.dir'"},
    {"evt.latency", no_enter_events},
    {"evt.latency.s", no_enter_events},
    {"evt.latency.ns", no_enter_events},
    {"evt.latency.human", no_enter_events},
    {"evt.wait_latency", no_enter_events},
}};

/// What is looked for in a condition besides mistakes.
class ConditionWarnings {
 public:
  explicit ConditionWarnings(const Condition& condition) { look(condition); }

  void tell(const Places& places, Report& report) const {
    for (std::size_t i = 0; i < deprecated_fields.size(); ++i) {
      if (deprecated_[i] != nullptr)
        report.warning(code::deprecated_item, std::string(deprecated_fields[i].why), at(places, *deprecated_[i]));
    }
    if (unsafe_ != nullptr)
      report.warning(code::unsafe_na_check, "", at(places, *unsafe_), "ask with exists whether there is a value");
  }

 private:
  static Places at(const Places& places, const Term& term) {
    return within(places, {"condition expression", "", term.at.file, term.at});
  }

  void look(const Condition& condition) {
    for (const Condition& part : condition.parts) look(part);
    if (condition.kind != Condition::Kind::check) return;
    look(condition.left);
    const bool equality = condition.op == Operator::equal || condition.op == Operator::equal2 ||
                          condition.op == Operator::unequal || condition.op == Operator::in ||
                          condition.op == Operator::intersects || condition.op == Operator::pmatch;
    const std::string& field = condition.left.text;
    if (!equality || condition.left.kind != Term::Kind::field ||
        (!field.starts_with("ka.") && !field.starts_with("jevt.")))
      return;
    if (condition.right.text == "<NA>") unsafe_ = &condition.right;
    for (const Term& item : condition.right.items) {
      if (item.text == "<NA>") unsafe_ = &item;
    }
  }

  void look(const Term& term) {
    for (const Term& item : term.items) look(item);
    if (term.kind != Term::Kind::field) return;
    for (std::size_t i = 0; i < deprecated_fields.size(); ++i) {
      if (deprecated_fields[i].name == term.text && deprecated_[i] == nullptr) deprecated_[i] = &term;
    }
  }

  std::array<const Term*, deprecated_fields.size()> deprecated_{};
  const Term* unsafe_ = nullptr;
};

bool concerns(const LoadOptions::ExtraOutput& extra, const RuleItem& rule) {
  if (extra.source && *extra.source != rule.source) return false;
  if (extra.rule && *extra.rule != rule.name) return false;
  return std::ranges::all_of(extra.tags, [&](const std::string& tag) {
    return rule.tags && std::ranges::find(*rule.tags, tag) != rule.tags->end();
  });
}

bool is_unknown(const CheckError& error) { return error.message.starts_with("unknown filter"); }

/// Fields that are not known, each of them; the first other mistake ends it.
std::vector<CheckError> mistakes_in(std::string_view output, model::EventSource source) {
  constexpr std::size_t most = 100;
  std::vector<CheckError> found;
  std::size_t from = 0;
  while (found.size() < most) {
    const auto parsed = OutputFormat::parse(output.substr(from), source);
    const auto* error = std::get_if<CheckError>(&parsed);
    if (error == nullptr) break;
    found.push_back(*error);
    found.back().at.offset += static_cast<std::uint32_t>(from);
    from = output.find('%', found.back().at.offset);
    if (!is_unknown(*error) || from == std::string_view::npos) break;
  }
  return found;
}

/// The whole output of a rule, checked; nothing after an error, or when it names what is not known and the rule is
/// to be left out then.
std::optional<std::string> full_output(const RuleItem& rule, model::EventSource source, const LoadOptions& options,
                                       Report& report) {
  std::string output = rule.output ? rule.output->text() : "";
  for (const LoadOptions::ExtraOutput& extra : options.extra_outputs) {
    if (concerns(extra, rule)) output.append(" ").append(extra.format);
  }
  constexpr std::string_view container_info = "%container.info";
  const bool has_container_info = output.find(container_info) != std::string::npos;
  if (has_container_info)
    report.warning(code::deprecated_item,
                   "%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. The "
                   "container plugin will automatically add required fields to the output message.",
                   rule.places);
  for (std::size_t at = output.find(container_info); at != std::string::npos; at = output.find(container_info, at))
    output.erase(at, container_info.size());
  const auto mistakes = mistakes_in(output, source);
  for (const CheckError& error : mistakes) {
    Places places = rule.output_places;
    if (!has_container_info && rule.output) {
      const Position at = rule.output->at(error.at.offset);
      places.push_back({"rule output expression", "", at.file, at});
    }
    if (rule.skip_unknown.value_or(false) && is_unknown(error))
      report.warning(code::unknown_filter, error.message, std::move(places), error.hint);
    else report.error(code::compile_output, error.message, std::move(places), error.hint);
  }
  if (!mistakes.empty()) return std::nullopt;
  for (const DeprecatedField& field : deprecated_fields) {
    if (output.find(field.name) != std::string::npos)
      report.warning(code::deprecated_item,
                     fmt::format("usage of deprecated field '{}' has been detected in the rule output", field.name),
                     rule.output_places);
  }
  return output;
}

std::vector<std::string> sorted_tags(const RuleItem& item) {
  std::vector<std::string> tags = item.tags.value_or(std::vector<std::string>());
  std::ranges::sort(tags);
  const auto repeated = std::ranges::unique(tags);
  tags.erase(repeated.begin(), repeated.end());
  return tags;
}

Rule simple_values(const RuleItem& item) {
  Rule rule;
  rule.name = item.name;
  rule.description = item.description.value_or("");
  rule.written = item.condition ? item.condition->text() : "";
  rule.priority = item.priority.value_or(model::Priority::warning);
  rule.tags = sorted_tags(item);
  rule.enabled = item.enabled.value_or(true);
  rule.skip_unknown = item.skip_unknown.value_or(false);
  rule.warn_event_types = item.warn_event_types.value_or(true);
  rule.capture = item.capture.value_or(false);
  rule.capture_duration = item.capture_duration.value_or(0);
  rule.action = item.action.value_or(model::Action::alert);
  rule.throttle = item.throttle.value_or(Throttle{});
  rule.on_error = item.on_error;
  rule.remediation = item.remediation.value_or("");
  rule.reference = item.reference.value_or("");
  rule.hardening = item.hardening;
  rule.break_glass = item.break_glass;
  rule.place = item.places.back();
  if (!item.condition_places.empty()) rule.condition_place = item.condition_places.back();
  if (!item.output_places.empty()) rule.output_place = item.output_places.back();
  return rule;
}

std::vector<Condition> conditions_of(const std::vector<ExceptionItem>& exceptions, Report& report) {
  std::vector<Condition> made;
  for (const ExceptionItem& exception : exceptions) {
    if (auto condition = exception_condition(exception, report)) made.push_back(*std::move(condition));
  }
  return made;
}

/// Of a rule that was read; nothing when its source is unknown, when it is to be left out, or when its condition is
/// beyond reading. After another error what is left of it is kept, so that its condition is checked as well.
std::optional<Rule> finish(const RuleItem& item, const LoadOptions& options, Resolver& resolver, Report& report) {
  const auto source = known_source(item.source);
  if (!source || !item.condition) return std::nullopt;
  const std::size_t errors = report.errors();
  const bool finds = item.hardening == nullptr && item.break_glass == nullptr;
  auto output = finds ? full_output(item, *source, options, report) : std::string();
  const bool is_left_out = !output && report.errors() == errors;
  auto without = conditions_of(item.exceptions.value_or(std::vector<ExceptionItem>()), report);
  auto condition = resolver.resolve(*item.condition, item.condition_places, std::move(without));
  if (is_left_out || !condition) return std::nullopt;
  Rule rule = simple_values(item);
  rule.source = *source;
  rule.output = std::move(output).value_or("");
  rule.condition = std::move(condition->condition);
  // Its types may be in the part that is missing.
  rule.warn_event_types = rule.warn_event_types && condition->complete;
  ConditionWarnings(rule.condition).tell(item.condition_places, report);
  return rule;
}

}  // namespace

bool Loaded::ok() const {
  return std::ranges::none_of(
      diagnostics, [](const Diagnostic& diagnostic) { return diagnostic.level == Diagnostic::Level::error; });
}

Places places_of(const RuleSet& set, const Rule& rule, const Condition& part, const Position& at) {
  Places places = {rule.place, rule.condition_place};
  for (const std::uint32_t macro : part.through) {
    if (macro < set.macros.size()) places.push_back(set.macros[macro].place);
  }
  places.push_back({"condition expression", "", at.file, at});
  return places;
}

Loaded load_rules(std::vector<SourceText> texts, const LoadOptions& options) {
  Loaded loaded;
  RuleSet& set = loaded.rules;
  set.texts = std::move(texts);
  Report report(loaded.diagnostics);
  Collector collector(report);
  const std::string default_source =
      options.source.empty() ? std::string(model::to_text(model::EventSource::syscall)) : options.source;
  std::vector<FileText> files;
  files.reserve(set.texts.size());  // they are pointed to
  for (const SourceText& text : set.texts) {
    const std::string_view known = std::string_view(text.text).substr(0, LoadLimits::file_bytes);
    const FileText& file = files.emplace_back(static_cast<std::uint32_t>(files.size()), known);
    read_rule_file(text.text, file, default_source, collector, report);
  }
  Resolver resolver(collector.lists, collector.macros, collector.broken_macros(), report);
  for (const RuleItem& item : collector.rules) {
    if (auto rule = finish(item, options, resolver, report)) set.rules.push_back(*std::move(rule));
  }
  set.lists = resolver.lists();
  set.images = std::move(collector.images);
  set.macros = resolver.macros();
  if (collector.required_engine_version) set.required_engine_version = to_text(*collector.required_engine_version);
  if (report.errors() == 0) resolver.warn_of_unused();
  return loaded;
}

}  // namespace doorman::policy

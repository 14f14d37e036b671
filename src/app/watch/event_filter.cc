// SPDX-License-Identifier: Apache-2.0
#include "app/watch/event_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/policy/compile.h"
#include "base/text.h"
#include "model/flow_record.h"
#include "policy/load/load.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using model::EventRecord;
using model::EventSource;

// A rule of one condition, as a file of rules would have it. The condition begins in this line and column.
constexpr std::string_view before_condition = "- rule: FILTER\n  desc: what is told\n  condition: |2-\n    ";
constexpr std::uint32_t condition_line = 4, condition_column = 5;

std::string rule_text(std::string_view condition, EventSource source) {
  std::string one_line(condition);
  std::ranges::replace_if(one_line, [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  return fmt::format("{}{}\n  output: x\n  priority: DEBUG\n  source: {}\n", before_condition, base::trim(one_line),
                     to_text(source));
}

Error error_of(const CompiledPolicy& compiled) {
  const auto first =
      std::ranges::find(compiled.diagnostics, policy::Diagnostic::Level::error, &policy::Diagnostic::level);
  if (first == compiled.diagnostics.end()) return {ErrorCode::usage, "FILTER: no condition"};
  std::string place;
  const policy::Position at = first->places.empty() ? policy::Position() : first->places.back().at;
  if (at.line == condition_line && at.column >= condition_column) {
    place = fmt::format("character {}: ", at.column - condition_column + 1);
  }
  return {ErrorCode::usage,
          fmt::format("FILTER: {}{}{}{}", place, first->message, first->hint.empty() ? "" : "; ", first->hint)};
}

CompiledPolicy compile(std::string_view condition, EventSource source) {
  return compile_policy({{.name = "FILTER", .text = rule_text(condition, source)}});
}

}  // namespace

bool is_named(const model::Container& container, std::string_view named) {
  return !container.id.empty() && (container.name == named || container.id.starts_with(named));
}

Result<EventFilter> EventFilter::make(Wanted wanted) {
  EventFilter filter(std::move(wanted));
  const std::string_view condition = base::trim(filter.wanted_.condition);
  if (condition.empty()) return filter;
  if (condition.size() > policy::max_condition_bytes) return Error(ErrorCode::usage, "FILTER: too long");
  const CompiledPolicy of_calls = compile(condition, EventSource::syscall);
  const CompiledPolicy of_flows = compile(condition, EventSource::flow);
  const CompiledPolicy of_admissions = compile(condition, EventSource::admission);
  const bool speaks_of_flows = condition.find("flow.") != std::string_view::npos;
  if (!of_calls.ok() && !of_flows.ok() && !of_admissions.ok())
    return error_of(speaks_of_flows ? of_flows : of_calls);
  if (of_calls.ok()) filter.of_calls_.emplace(of_calls.engine);
  // What can be asked of a call says as much of the connection's process.
  if (of_flows.ok() && (speaks_of_flows || !of_calls.ok())) filter.of_flows_.emplace(of_flows.engine);
  if (of_admissions.ok()) filter.of_admissions_.emplace(of_admissions.engine);
  return filter;
}

bool EventFilter::is_wanted_kind(const ReadEvent& event) const {
  const EventRecord& record = event.record;
  // Often it is the control group alone that tells a container's end.
  if (event.ends_container) return !wanted_.kinds || wanted_.kinds->has(EventRecord::Kind::container);
  if (wanted_.kinds) return wanted_.kinds->has(record.kind);
  return record.kind != EventRecord::Kind::change && record.kind != EventRecord::Kind::cgroup &&
         record.kind != EventRecord::Kind::mapped;
}

bool EventFilter::matches(const ReadEvent& event) {
  if (event.is_opening || !is_wanted_kind(event)) return false;
  if (event.time < wanted_.since || event.time > wanted_.until) return false;
  const model::Container* const container = event.seen.container;
  if (!wanted_.container.empty() && (container == nullptr || !is_named(*container, wanted_.container)))
    return false;
  if (!of_calls_ && !of_flows_ && !of_admissions_) return true;
  if (of_flows_ && event.flow != nullptr) {
    if (!of_flows_->match(model::FlowFacts(*event.flow, event.record, *event.seen.context)).empty()) return true;
  }
  return of_calls_ && !of_calls_->match(event.facts()).empty();
}

bool EventFilter::matches(const ToldAdmission& told) {
  if (wanted_.kinds && !wanted_.kinds->has_admissions()) return false;
  if (told.nanoseconds < wanted_.since || told.nanoseconds > wanted_.until) return false;
  const bool is_its_id = !told.id.empty() && told.id.starts_with(wanted_.container);
  if (!wanted_.container.empty() && told.container != wanted_.container && !is_its_id) return false;
  if (!of_calls_ && !of_flows_ && !of_admissions_) return true;
  return of_admissions_ && !of_admissions_->match(*facts_of(told)).empty();
}

}  // namespace doorman::app

// SPDX-License-Identifier: Apache-2.0
#include "app/cli/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/nearest.h"
#include "base/text.h"

namespace doorman::app::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view all_word = "all";

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

Error unknown_word(std::string_view text, std::string_view what, std::span<const std::string_view> names) {
  return usage(fmt::format("`{}` is no {} ({}){}", base::printable(text), what, fmt::join(names, ", "),
                           base::did_you_mean(text, names)));
}

template <typename Enum>
Result<Enum> parse_name(std::string_view text, std::string_view what, std::span<const std::string_view> names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return unknown_word(text, what, names);
  return static_cast<Enum>(found - names.begin());
}

Result<model::Severity> parse_severity_word(std::string_view text) {
  if (const auto severity = model::parse_severity(text)) return *severity;
  return unknown_word(text, "severity", severity_names);
}

ReportFormat format_by_name(std::string_view file) {
  const std::string name = base::to_lower(file);
  const std::string_view view = name;
  if (view.ends_with(".cdx.json") || view.ends_with(".cyclonedx.json")) return ReportFormat::cyclonedx;
  if (view.ends_with(".spdx.json")) return ReportFormat::spdx;
  if (view.ends_with(".sarif") || view.ends_with(".sarif.json")) return ReportFormat::sarif;
  if (view.ends_with(".json")) return ReportFormat::json;
  return ReportFormat::table;
}

}  // namespace

std::string_view to_text(ReportFormat format) { return report_format_names.at(static_cast<std::size_t>(format)); }

Result<ReportFormat> parse_report_format(std::string_view text) {
  return parse_name<ReportFormat>(text, "format", report_format_names);
}

Result<PolicyFormat> parse_policy_format(std::string_view text) {
  return parse_name<PolicyFormat>(text, "format", policy_format_names);
}

Result<FieldsFormat> parse_fields_format(std::string_view text) {
  return parse_name<FieldsFormat>(text, "format", fields_format_names);
}

Result<model::EventSource> parse_event_source(std::string_view text) {
  return parse_name<model::EventSource>(text, "source", event_source_names);
}

Result<Verify> parse_verify(std::string_view text) {
  return parse_name<Verify>(text, "way to verify", verify_names);
}

Result<ColorChoice> parse_color(std::string_view text) {
  return parse_name<ColorChoice>(text, "choice of colour", color_names);
}

Result<model::DriftMode> parse_drift_mode(std::string_view text) {
  return parse_name<model::DriftMode>(text, "mode", model::drift_mode_names);
}

Result<model::FlowMode> parse_flow_mode(std::string_view text) {
  return parse_name<model::FlowMode>(text, "mode", flow_mode_names);
}

Result<AlertFormat> parse_alert_format(std::string_view text) {
  return parse_name<AlertFormat>(text, "format", alert_format_names);
}

Result<model::OnError> parse_on_error(std::string_view text) {
  return parse_name<model::OnError>(text, "answer", on_error_names);
}

Result<Unscanned> parse_unscanned(std::string_view text) {
  return parse_name<Unscanned>(text, "answer", unscanned_names);
}

Result<FlowFormat> parse_flow_format(std::string_view text) {
  return parse_name<FlowFormat>(text, "format", flow_format_names);
}

Result<FlowSuggestion> parse_flow_suggestion(std::string_view text) {
  return parse_name<FlowSuggestion>(text, "form", flow_suggestion_names);
}

Result<Shell> parse_shell(std::string_view text) { return parse_name<Shell>(text, "shell", shell_names); }

SeverityFilter SeverityFilter::at_least(model::Severity lowest) {
  return SeverityFilter(static_cast<std::uint8_t>(0xffU << static_cast<unsigned>(lowest)));
}

Result<SeverityFilter> parse_severity_filter(std::string_view text) {
  if (base::to_lower(text) == all_word) return SeverityFilter::all();
  std::optional<SeverityFilter> filter;
  for (std::string_view word : base::split(text, ',')) {
    word = base::trim(word);
    const bool and_above = word.ends_with('+');
    if (and_above) word.remove_suffix(1);
    DOORMAN_TRY(const model::Severity severity, parse_severity_word(word));
    const SeverityFilter part = and_above ? SeverityFilter::at_least(severity) : SeverityFilter::only(severity);
    if (filter) filter->add(part);
    else filter = part;
  }
  return *filter;
}

Result<model::Severity> parse_fail_on(std::string_view text) {
  if (base::to_lower(text) == "any") return model::Severity::unknown;
  if (const auto severity = model::parse_severity(text)) return *severity;
  return unknown_word(text, "severity", fail_on_names);
}

Result<OutputRequest> parse_output(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view before = text.substr(0, equals);
  if (equals == std::string_view::npos || before.find('/') != std::string_view::npos) {
    DOORMAN_TRY(std::string file, parse_file_name(text));
    return OutputRequest{std::nullopt, std::move(file)};
  }
  DOORMAN_TRY(const ReportFormat format, parse_report_format(before));
  DOORMAN_TRY(std::string file, parse_file_name(text.substr(equals + 1)));
  return OutputRequest{format, std::move(file)};
}

Result<std::vector<Destination>> plan_outputs(std::optional<ReportFormat> format,
                                              std::span<const OutputRequest> requests) {
  if (requests.empty()) return std::vector<Destination>{{format.value_or(ReportFormat::table), "-"}};
  std::vector<Destination> destinations;
  for (const OutputRequest& request : requests) {
    const auto same = [&](const Destination& other) { return other.file == request.file; };
    if (std::any_of(destinations.begin(), destinations.end(), same)) {
      return usage(fmt::format("--output names {} twice", base::printable(request.file)));
    }
    const ReportFormat chosen = request.format ? *request.format : format.value_or(format_by_name(request.file));
    destinations.push_back({chosen, request.file});
  }
  return destinations;
}

Result<model::Platform> parse_platform(std::string_view text) {
  const auto parts = base::split(text, '/');
  const bool complete = std::none_of(parts.begin(), parts.end(), [](auto part) { return part.empty(); });
  if (!complete || parts.size() > 3) {
    return usage(
        fmt::format("`{}` is no platform; write it as linux/arm64 or linux/arm/v7", base::printable(text)));
  }
  if (parts.size() == 1) return model::Platform{"linux", std::string(parts[0]), ""};
  return model::Platform{std::string(parts[0]), std::string(parts[1]),
                         parts.size() == 3 ? std::string(parts[2]) : ""};
}

Result<base::Time> parse_moment(std::string_view text) {
  if (const auto time = base::parse_time(text)) return *time;
  return usage(
      fmt::format("`{}` is no date; write it as 2024-05-01 or 2024-05-01T10:20:30Z", base::printable(text)));
}

Result<PastMoment> parse_past_moment(std::string_view text) {
  constexpr std::uint64_t most_days = 36500;
  constexpr std::array<std::pair<char, std::uint64_t>, 4> units = {
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}}};
  for (const auto& [letter, seconds] : units) {
    if (!text.ends_with(letter)) continue;
    const auto number = base::to_number(text.substr(0, text.size() - 1));
    if (!number || *number > most_days * 86400 / seconds) break;
    return PastMoment{std::nullopt, std::chrono::seconds(*number * seconds)};
  }
  if (const auto moment = base::parse_time(text)) return PastMoment{moment, {}};
  return usage(fmt::format("`{}` is no date, no time and no span of time (10m, 2h, 3d)", base::printable(text)));
}

Result<KindFilter> parse_kinds(std::string_view text) {
  KindFilter filter;
  for (const std::string_view word : base::split(text, ',')) {
    DOORMAN_TRY(const auto number, parse_name<std::size_t>(base::trim(word), "kind of record", kind_names));
    if (kind_names.at(number) == "admission") filter.add_admissions();
    else filter.add(static_cast<model::EventRecord::Kind>(number));
  }
  return filter;
}

Result<std::string> parse_item_name(std::string_view text) {
  if (text.empty()) return usage("the name is empty");
  return std::string(text);
}

Result<std::string> parse_file_name(std::string_view text) {
  if (text.empty()) return usage("the name of a file is empty");
  if (text.find('\0') != std::string_view::npos) return usage("the name of a file holds a NUL byte");
  return std::string(text);
}

Result<std::uint64_t> parse_number_within(std::string_view text, std::uint64_t lowest, std::uint64_t highest) {
  const auto number = base::to_number(text);
  if (number && *number >= lowest && *number <= highest) return *number;
  return usage(fmt::format("`{}` is no number from {} to {}", base::printable(text), lowest, highest));
}

Result<bool> parse_truth(std::string_view text) {
  const std::string word = base::to_lower(text);
  if (word == "1" || word == "true" || word == "yes" || word == "on") return true;
  if (word == "0" || word == "false" || word == "no" || word == "off") return false;
  return usage(fmt::format("`{}` is neither true nor false", base::printable(text)));
}

}  // namespace doorman::app::cli

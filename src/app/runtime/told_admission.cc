// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/told_admission.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <vector>

#include "base/json.h"
#include "base/nanoseconds.h"
#include "base/time.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonValue;
using base::Result;

/// `2024-05-01T10:20:30.123456789Z`
std::optional<std::uint64_t> parse_nanoseconds(std::string_view text) {
  const auto seconds = base::parse_time(text);
  if (!seconds || seconds->time_since_epoch().count() < 0) return std::nullopt;
  std::uint64_t fraction = 0;
  if (const std::size_t dot = text.find('.'); dot != text.npos && text.size() >= dot + 10) {
    std::from_chars(text.data() + dot + 1, text.data() + dot + 10, fraction);
  }
  std::uint64_t time = 0;
  if (__builtin_mul_overflow(static_cast<std::uint64_t>(seconds->time_since_epoch().count()),
                             base::nanoseconds_a_second, &time)) {
    return std::nullopt;
  }
  return time + fraction;
}

std::optional<model::Decision> parse_decision(std::string_view text) {
  for (const auto decision : {model::Decision::allow, model::Decision::warn, model::Decision::deny}) {
    if (model::to_text(decision) == text) return decision;
  }
  return std::nullopt;
}

std::vector<std::string> values_of(JsonValue value) {
  if (const auto text = value.string()) return {std::string(*text)};
  if (const auto truth = value.boolean()) return {*truth ? "true" : "false"};
  if (const auto number = value.integer()) return {fmt::to_string(*number)};
  std::vector<std::string> values;
  for (const JsonValue item : value.items()) values.emplace_back(item.string_or(""));
  return values;
}

std::string words_of(const ToldAdmission& told, JsonValue root) {
  std::string text(told.broken_glass                        ? "BREAK-GLASS, started although refused"
                   : told.decision == model::Decision::deny ? "refused"
                                                            : "let in");
  if (const auto reason = root["admission.break_glass"]["reason"].string()) {
    text += fmt::format(" ({}): {}", root["admission.break_glass"]["by"].string_or(""), *reason);
  }
  const auto problem = root["admission.problem"].string();
  if (problem) text += fmt::format(": {}", *problem);
  std::string_view separator = text.find(": ") == text.npos ? ": " : "; ";
  for (const JsonValue rule : root["admission.rules"].items()) {
    text += fmt::format("{}{}: {}", separator, rule["rule"].string_or(""), rule["output"].string_or(""));
    separator = "; ";
  }
  for (const JsonValue change : root["admission.changes"].items()) {
    text += fmt::format("{}{} {} -> {}", separator, change["what"].string_or(""), change["before"].string_or(""),
                        change["after"].string_or(""));
    separator = "; ";
  }
  return text;
}

}  // namespace

Result<ToldAdmission> parse_admission_line(std::string_view line) {
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(line));
  const JsonValue root = document.root();
  const auto time = parse_nanoseconds(root["time"].string_or(""));
  const auto decision = parse_decision(root["admission.verdict"].string_or(""));
  if (!time || !decision) return Error(ErrorCode::invalid, "no line of the door: no time, or no verdict");
  ToldAdmission told;
  told.nanoseconds = *time;
  told.time = base::second_of(*time);
  told.decision = *decision;
  told.broken_glass = root["admission.break_glass"].is_object();
  told.id = root["container.full_id"].string_or("");
  told.container = root["container.name"].string_or(root["container.id"].string_or(""));
  told.image_id = root["image.digest"].string_or("");
  told.problem = root["admission.problem"].string_or("");
  for (const JsonValue rule : root["admission.rules"].items()) {
    told.rules.push_back({std::string(rule["rule"].string_or("")), std::string(rule["output"].string_or("")),
                          rule["refuses"].boolean().value_or(false)});
  }
  told.what = words_of(told, root);
  told.line = std::string(line) + "\n";
  return told;
}

std::unique_ptr<CaseFacts> facts_of(const ToldAdmission& told) {
  auto facts = std::make_unique<CaseFacts>(model::EventSource::admission, model::EventType::none);
  const auto document = base::JsonDocument::parse(told.line);
  if (!document.ok()) return facts;
  for (const auto& [key, value] : document->root().members()) {
    if (key.find('.') == key.npos || key.starts_with("admission.")) continue;
    const std::vector<std::string> values = values_of(value);
    (void)facts->set(key, {values.begin(), values.end()});
  }
  return facts;
}

}  // namespace doorman::app

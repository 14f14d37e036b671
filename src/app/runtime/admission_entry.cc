// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/admission_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <span>
#include <utility>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time.h"
#include "model/admission_record.h"
#include "sink/alert.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonValue;
using base::JsonWriter;
using base::Result;
using model::FieldId;
using model::Value;

constexpr std::size_t ids = 2;  // the first of these
constexpr std::array shown_fields = {
    FieldId::container_id,
    FieldId::container_full_id,
    FieldId::container_name,
    FieldId::container_type,
    FieldId::container_kind,
    FieldId::container_image,
    FieldId::container_image_id,
    FieldId::container_image_repository,
    FieldId::container_image_tag,
    FieldId::container_image_digest,
    FieldId::k8s_pod_name,
    FieldId::k8s_ns_name,
    FieldId::container_user,
    FieldId::container_is_root,
    FieldId::container_privileged,
    FieldId::container_read_only_root,
    FieldId::container_no_new_privileges,
    FieldId::container_capabilities,
    FieldId::container_capabilities_add,
    FieldId::container_seccomp,
    FieldId::container_apparmor,
    FieldId::container_host_pid,
    FieldId::container_host_network,
    FieldId::container_host_ipc,
    FieldId::container_writable_host_paths,
    FieldId::container_engine_sockets,
    FieldId::container_devices,
    FieldId::image_digest,
    FieldId::image_registry,
    FieldId::image_scanned,
    FieldId::image_worst_fixable,
    FieldId::image_known_exploited,
};

bool is_empty(const Value& value) {
  return !value.exists() || (value.kind() == Value::Kind::text && value.text().empty()) ||
         (value.kind() == Value::Kind::list && value.list().empty());
}

/// So that no bundle makes a line that is too long to be read back.
struct Limits {
  std::size_t text_bytes, list_items, listed;
};
constexpr Limits usual_limits = {4096, 200, 100}, narrow_limits = {200, 5, 10};

class LineWriter {
 public:
  explicit LineWriter(const Limits& limits) : limits_(limits) {}

  std::string line(const AdmissionEntry& entry) {
    json_.begin_object();
    json_.member("time", sink::nanosecond_time(entry.time));
    json_.member("kind", "admission");
    json_.member("admission.verdict", model::to_text(entry.decision));
    json_.member_if("admission.command", tame(entry.command));
    write_fields(entry);
    json_.member_if("admission.bundle", tame(entry.bundle));
    json_.member_if("admission.problem", tame(entry.problem));
    write_rules(entry.verdict);
    write_changes(entry.changes);
    write_broken(entry.verdict);
    json_.end_object();
    return json_.take() + "\n";
  }

 private:
  [[nodiscard]] std::string tame(std::string_view text) const {
    std::string printable = base::printable(text.substr(0, limits_.text_bytes));
    if (text.size() > limits_.text_bytes) printable += "...";
    return printable;
  }

  void write(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::boolean:
        return json_.value(value.boolean());
      case Value::Kind::text:
        return json_.value(tame(value.text()));
      case Value::Kind::list:
        json_.begin_array();
        for (const Value& each : value.list().first(std::min(value.list().size(), limits_.list_items))) write(each);
        return json_.end_array();
      case Value::Kind::integer:
        return json_.value(value.integer());
      case Value::Kind::natural:
        return json_.value(value.natural());
      case Value::Kind::real:
        return json_.value(value.real());
      case Value::Kind::absent:
      case Value::Kind::address:
      case Value::Kind::network:
        return json_.null();
    }
  }

  void write_fields(const AdmissionEntry& entry) {
    const model::AdmissionRecord record(entry.request);
    base::Arena scratch;
    model::FieldUse use;
    for (const FieldId id : std::span(shown_fields).first(entry.is_judged ? shown_fields.size() : ids)) {
      use.id = id;
      const Value value = record.read(use, scratch);
      if (is_empty(value)) continue;
      json_.key(model::field(id).name);
      write(value);
    }
  }

  void write_rules(const AdmissionVerdict& verdict) {
    if (verdict.rules.empty()) return;
    json_.begin_array("admission.rules");
    for (const auto& rule : std::span(verdict.rules).first(std::min(verdict.rules.size(), limits_.listed))) {
      json_.begin_object();
      json_.member("rule", tame(rule.name));
      json_.member("priority", model::to_text(rule.priority));
      json_.member("action", model::to_text(rule.action));
      json_.member("refuses", rule.refuses);
      if (rule.undecided) json_.member("undecided", true);
      json_.member("output", tame(rule.output));
      json_.end_object();
    }
    json_.end_array();
  }

  void write_changes(const std::vector<model::BundleChange>& changes) {
    if (changes.empty()) return;
    json_.begin_array("admission.changes");
    for (const auto& change : std::span(changes).first(std::min(changes.size(), limits_.listed))) {
      json_.begin_object();
      json_.member("by", tame(change.by));
      json_.member("what", tame(change.what));
      json_.member("before", tame(change.before));
      json_.member("after", tame(change.after));
      json_.end_object();
    }
    json_.end_array();
  }

  void write_broken(const AdmissionVerdict& verdict) {
    if (!verdict.broken) return;
    json_.begin_object("admission.break_glass");
    json_.member("by", tame(verdict.broken->by));
    json_.member("annotation", tame(verdict.broken->annotation));
    json_.member("reason", tame(verdict.broken->reason));
    json_.end_object();
  }

  const Limits& limits_;
  JsonWriter json_{JsonWriter::Layout::one_line};
};

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
                             std::uint64_t{1'000'000'000}, &time)) {
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

std::string admission_line(const AdmissionEntry& entry) {
  std::string line = LineWriter(usual_limits).line(entry);
  if (line.size() > max_admission_line_bytes) line = LineWriter(narrow_limits).line(entry);
  return line;
}

Result<ToldAdmission> parse_admission_line(std::string_view line) {
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(line));
  const JsonValue root = document.root();
  const auto time = parse_nanoseconds(root["time"].string_or(""));
  const auto decision = parse_decision(root["admission.verdict"].string_or(""));
  if (!time || !decision) return Error(ErrorCode::invalid, "no line of the door: no time, or no verdict");
  ToldAdmission told;
  told.nanoseconds = *time;
  told.time = base::Time(std::chrono::seconds(*time / 1'000'000'000));
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
  told.facts = std::make_unique<CaseFacts>(model::EventSource::admission, model::EventType::none);
  for (const auto& [key, value] : root.members()) {
    if (key.find('.') == key.npos || key.starts_with("admission.")) continue;
    const std::vector<std::string> values = values_of(value);
    (void)told.facts->set(key, {values.begin(), values.end()});
  }
  told.what = words_of(told, root);
  told.line = std::string(line) + "\n";
  return told;
}

}  // namespace doorman::app

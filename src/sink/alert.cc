// SPDX-License-Identifier: Apache-2.0
#include "sink/alert.h"

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/nanoseconds.h"
#include "base/text.h"
#include "base/time.h"
#include "model/process.h"

namespace doorman::sink {
namespace {

using model::Priority;

/// As Falco writes it.
std::string_view name_of(Priority priority) {
  switch (priority) {
    case Priority::emergency:
      return "Emergency";
    case Priority::alert:
      return "Alert";
    case Priority::critical:
      return "Critical";
    case Priority::error:
      return "Error";
    case Priority::warning:
      return "Warning";
    case Priority::notice:
      return "Notice";
    case Priority::informational:
      return "Informational";
    case Priority::debug:
      return "Debug";
  }
  return {};
}

std::string_view done_text(model::Action action) {
  switch (action) {
    case model::Action::alert:
      return "told";
    case model::Action::deny:
      return "denied";
    case model::Action::kill:
      return "killed";
    case model::Action::quarantine:
      return "quarantined";
  }
  return {};
}

void write_fields(base::JsonWriter& json, std::string_view fields) {
  json.begin_object("output_fields");
  std::string_view name;
  bool is_name = true;
  model::for_each_text(fields, [&](std::string_view text) {
    if (is_name) name = text;
    else json.member(base::printable(name), base::printable(text));
    is_name = !is_name;
    return true;
  });
  json.end_object();
}

void write_container(base::JsonWriter& json, const model::Container& container) {
  json.begin_object("container");
  json.member_if("id", base::printable(container.id));
  json.member_if("name", base::printable(container.name));
  json.member_if("engine", base::printable(container.engine));
  json.member_if("pod", base::printable(container.pod_name));
  json.member_if("namespace", base::printable(container.pod_namespace));
  json.end_object();
  json.begin_object("image");
  json.member_if("name", base::printable(container.image));
  json.member_if("id", base::printable(container.image_id));
  json.member_if("digest", base::printable(container.digest));
  json.end_object();
}

}  // namespace

std::string nanosecond_time(std::uint64_t since_1970) {
  std::string text = base::format_time(base::second_of(since_1970));
  text.pop_back();
  return fmt::format("{}.{:09}Z", text, since_1970 % base::nanoseconds_a_second);
}

std::string alert_text(const Alert& alert) {
  std::string line = fmt::format("{}: {} {}", nanosecond_time(alert.time), name_of(alert.alert.priority),
                                 base::printable(alert.alert.output));
  if (alert.alert.done != model::Action::alert) line += fmt::format(" ({})", done_text(alert.alert.done));
  return line += '\n';
}

std::string alert_json(const Alert& alert) {
  const model::AlertRecord& told = alert.alert;
  base::JsonWriter json(base::JsonWriter::Layout::one_line);
  json.begin_object();
  json.member_if("hostname", base::printable(alert.hostname));
  json.member("time", nanosecond_time(alert.time));
  json.member("rule", base::printable(told.rule));
  json.member("priority", name_of(told.priority));
  json.member("source", base::printable(told.source));
  json.member("output", base::printable(told.output));
  json.begin_array("tags");
  model::for_each_text(told.tags, [&](std::string_view tag) {
    json.value(base::printable(tag));
    return true;
  });
  json.end_array();
  write_fields(json, told.fields);
  json.member("action", to_text(told.action));
  json.member("done", to_text(told.done));
  if (alert.container != nullptr && !alert.container->id.empty()) write_container(json, *alert.container);
  json.end_object();
  return json.take() + '\n';
}

}  // namespace doorman::sink

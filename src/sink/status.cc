// SPDX-License-Identifier: Apache-2.0
#include "sink/status.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/text.h"
#include "model/flow.h"
#include "sink/age.h"
#include "sink/host_images.h"
#include "sink/table_page.h"

namespace doorman::sink {
namespace {

using model::HostStatus;

std::string_view drift_name(model::DriftMode mode) {
  return model::drift_mode_names.at(static_cast<std::size_t>(mode));
}

std::string guard_text(const HostStatus::Guard& guard, base::Time now) {
  if (guard.pid == 0) {
    if (guard.attached == 0) return "does not run";
    return fmt::format("does not run; {} of an earlier one still hold (guard --remove takes them away)",
                       plural(guard.attached, "program"));
  }
  std::string text = fmt::format("runs, process {}", guard.pid);
  if (guard.since) {
    text += fmt::format(", since {} ({})", base::format_time(*guard.since), age_text(guard.since, now));
  }
  return text;
}

std::string modes_text(const HostStatus::Guard& guard) {
  const std::string drift(guard.drift ? drift_name(*guard.drift) : "?");
  const std::string flows(guard.flows ? model::to_text(*guard.flows) : "?");
  const std::string rules = guard.rules.empty() ? "runtime" : base::join(guard.rules, ", ");
  return fmt::format("drift {}, flows {}, rules {}", drift, flows, rules);
}

std::string doors_text(const HostStatus& status) {
  std::vector<std::string> parts;
  parts.reserve(status.doors.size());
  for (const HostStatus::Door& door : status.doors) {
    parts.push_back(fmt::format("{} {}", door.engine, door.problem.empty() ? model::to_text(door.state) : "?"));
  }
  return base::join(parts, ", ");
}

Style style_of_doors(const HostStatus& status) {
  for (const HostStatus::Door& door : status.doors) {
    if (door.state == HostStatus::Door::State::installed) return Style::good;
  }
  return Style::quiet;
}

void day(TablePage& page, const HostStatus& status) {
  const HostStatus::Day& day = status.day;
  page.title("The last day");
  const auto line = [&](std::string_view label, const std::string& text, bool warns, Style style) {
    page.line(label, text, warns ? style : Style::plain);
  };
  line("Starts", fmt::format("{} refused, {} told", grouped(day.refused_starts), grouped(day.told_starts)),
       day.refused_starts != 0, Style::critical);
  if (!status.has_log) {
    page.line("Log", "no guard has written an event log here", Style::quiet);
    return;
  }
  line("Alerts", grouped(day.alerts), day.alerts != 0, Style::warning);
  line("Programs",
       fmt::format("{} refused, {} killed, {} told", grouped(day.refused_programs), grouped(day.killed_programs),
                   grouped(day.told_programs)),
       day.refused_programs + day.killed_programs != 0, Style::critical);
  line("Flows", fmt::format("{} refused", grouped(day.refused_connections)), day.refused_connections != 0,
       Style::high);
  line("Lost", plural(day.lost, "record"), day.lost != 0, Style::warning);
  page.line("Seen", plural(day.containers, "container"));
}

}  // namespace

std::string status_table(const HostStatus& status, base::Time now, const Options& options) {
  TablePage page(options);
  const auto line = [&](std::string_view label, const std::string& text, Style style = Style::plain) {
    page.line(label, page.clean(text), style);
  };
  page.put("Doorman", Style::strong);
  page.end_line();
  line("Guard", guard_text(status.guard, now),
       status.guard.pid != 0        ? Style::good
       : status.guard.attached != 0 ? Style::warning
                                    : Style::quiet);
  if (status.guard.pid != 0) line("Modes", modes_text(status.guard));
  if (!status.doors.empty()) line("Runtime", doors_text(status), style_of_doors(status));
  for (const HostStatus::Door& door : status.doors) {
    if (!door.problem.empty()) line("", fmt::format("{}: {}", door.engine, door.problem), Style::warning);
  }
  line("Database",
       fmt::format("{}{}, {}", status.database ? base::format_date(*status.database) : "no date",
                   status.database ? fmt::format(" ({} old)", age_text(status.database, now)) : "",
                   status.database_built_in ? "the small snapshot of the program"
                                            : plural(status.database_records, "record")),
       status.database_built_in ? Style::warning : Style::plain);
  line("State", fmt::format("{}: {} ({} event log, {})", status.state_folder, size_text(status.state_bytes),
                            size_text(status.log_bytes), plural(status.layers, "layer")));
  line("Images", fmt::format("{} here, {} of them scanned; {} known in all", grouped(status.images),
                             grouped(status.scanned_images), grouped(status.known_images)));
  line("Runs", status.knows_running
                   ? fmt::format("{}, {} running", grouped(status.containers), grouped(status.running))
                   : fmt::format("{}, which run is not known", grouped(status.containers)));
  day(page, status);
  return page.take();
}

std::string status_json(const HostStatus& status) {
  base::JsonWriter json;
  json.begin_object();
  json.member("schema_version", 1);
  json.begin_object("guard");
  json.member("running", status.guard.pid != 0);
  if (status.guard.pid != 0) json.member("pid", status.guard.pid);
  if (status.guard.since) json.member("since", base::format_time(*status.guard.since));
  if (status.guard.drift) json.member("drift", drift_name(*status.guard.drift));
  if (status.guard.flows) json.member("flows", model::to_text(*status.guard.flows));
  write_texts(json, "rules", status.guard.rules);
  json.member("attached", status.guard.attached);
  json.end_object();
  json.begin_array("doors");
  for (const HostStatus::Door& door : status.doors) {
    json.begin_object();
    json.member("engine", door.engine);
    if (door.problem.empty()) json.member("state", model::to_text(door.state));
    json.member_if("problem", base::printable(door.problem));
    json.end_object();
  }
  json.end_array();
  json.begin_object("database");
  if (status.database) json.member("date", base::format_time(*status.database));
  json.member("built_in", status.database_built_in);
  json.member("records", status.database_records);
  json.end_object();
  json.begin_object("state");
  json.member("folder", base::printable(status.state_folder));
  json.member("bytes", status.state_bytes);
  json.member("log_bytes", status.log_bytes);
  json.member("layers", status.layers);
  json.end_object();
  json.begin_object("images");
  json.member("here", status.images);
  json.member("scanned", status.scanned_images);
  json.member("known", status.known_images);
  json.end_object();
  json.begin_object("containers");
  json.member("here", status.containers);
  if (status.knows_running) json.member("running", status.running);
  json.end_object();
  json.begin_object("day");
  json.member("refused_starts", status.day.refused_starts);
  json.member("told_starts", status.day.told_starts);
  if (status.has_log) {
    json.member("alerts", status.day.alerts);
    json.member("refused_programs", status.day.refused_programs);
    json.member("killed_programs", status.day.killed_programs);
    json.member("told_programs", status.day.told_programs);
    json.member("refused_connections", status.day.refused_connections);
    json.member("lost", status.day.lost);
    json.member("containers", status.day.containers);
  }
  json.end_object();
  json.end_object();
  return json.take();
}

}  // namespace doorman::sink

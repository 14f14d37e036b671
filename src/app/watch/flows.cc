// SPDX-License-Identifier: Apache-2.0
#include "app/watch/flows.h"

#include <array>
#include <optional>

#include "app/policy/tell.h"
#include "app/state.h"
#include "app/terminal.h"
#include "app/watch/flow_reading.h"
#include "base/log.h"
#include "sink/flow_policy.h"
#include "sink/flows.h"
#include "source/host_addresses.h"
#include "store/event_log_reader.h"
#include "store/log_origin.h"

namespace doorman::app {
namespace {

namespace options = cli::options;

base::Status read_log(const std::string& state_folder, FlowReading& reading) {
  DOORMAN_TRY(auto log, store::EventLogReader::open(state_folder));
  std::optional<std::array<std::uint8_t, 16>> boot;
  const auto here = store::read_log_origin();
  const auto this_boot = here.ok() ? std::optional(here->boot) : std::nullopt;
  std::uint64_t unreadable = 0;
  while (const auto entry = log.next()) {
    const store::LogOrigin& origin = entry->segment->origin;
    if (boot && *boot != origin.boot) reading.begin_boot();
    if (boot != origin.boot && origin.boot == this_boot) reading.map().set_host_addresses(source::host_addresses());
    boot = origin.boot;
    if (!reading.take(entry->record, origin.boot_time).ok()) ++unreadable;
  }
  for (const std::string& note : log.take_notes()) base::log(base::LogLevel::warning, note);
  if (unreadable > 0) {
    base::log(base::LogLevel::warning, std::to_string(unreadable) + " records of the event log cannot be read");
  }
  return {};
}

std::string render(const model::FlowGraph& graph, const cli::ParsedCommand& command,
                   const cli::Environment& environment) {
  switch (command.get(options::flow_format)) {
    case cli::FlowFormat::table: {
      sink::Options how;
      how.width = static_cast<std::size_t>(command.get(options::width).value_or(terminal_width(environment)));
      how.colour = output_is_terminal() && use_colour(command.get(options::color), environment);
      how.utf8 = !output_is_terminal() || is_utf8(environment);
      how.wide = command.get(options::wide);
      return sink::flows_table(graph, how);
    }
    case cli::FlowFormat::json:
      return sink::flows_json(graph);
    case cli::FlowFormat::dot:
      return sink::flows_dot(graph);
    case cli::FlowFormat::svg:
      return sink::flows_svg(graph);
  }
  return {};
}

std::string suggest(const model::FlowGraph& graph, cli::FlowSuggestion form) {
  switch (form) {
    case cli::FlowSuggestion::policy:
      return sink::suggested_policy(graph);
    case cli::FlowSuggestion::networkpolicy:
      return sink::suggested_network_policies(graph);
  }
  return {};
}

}  // namespace

int flows(const cli::ParsedCommand& command, const cli::Environment& environment) {
  const bool suggests = !command.operands().empty();  // there is no other word
  const auto state = open_state(command.get(options::state_dir), environment);
  if (!state.ok()) return tell_failure(state.error());
  FlowReading reading(state->path());
  if (const auto read = read_log(state->path(), reading); !read.ok()) return tell_failure(read.error());
  const model::FlowGraph graph = reading.map().graph();
  return tell(suggests ? suggest(graph, command.get(options::flow_suggestion))
                       : render(graph, command, environment));
}

}  // namespace doorman::app
